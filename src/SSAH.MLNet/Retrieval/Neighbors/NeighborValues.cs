using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>The neighbors of the current row, found when one of their columns is first read.</summary>
internal sealed class NeighborValues : AppendedValues
{
    private readonly NeighborSearch _search;
    private readonly DataViewRow _row;
    private readonly Func<BinaryCodes> _readCode;
    private readonly Func<long?>? _readSelf;
    private readonly long[] _ids;
    private readonly int[] _distances;
    private long? _foundPosition;

    public NeighborValues(NeighborSearch search, NeighborColumns columns, DataViewRow row)
    {
        _search = search;
        _row = row;
        _readCode = columns.Code.CreateSingleReader(row, search.Index.Bits);
        _readSelf = search.GoesByPosition ? () => row.Position : columns.Id?.CreateReader(row, search.Index);
        _ids = new long[search.Options.K];
        _distances = new int[search.Options.K];
    }

    protected override Delegate GetterOf(int number) => number switch
    {
        0 => (ValueGetter<VBuffer<long>>)((ref VBuffer<long> value) => Copy<long>(Found(), ref value)),
        1 => (ValueGetter<VBuffer<int>>)((ref VBuffer<int> value) =>
        {
            Found();
            Copy<int>(_distances, ref value);
        }),
        2 when _search.HasKeys => (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)((ref VBuffer<ReadOnlyMemory<char>> value) =>
            Copy<ReadOnlyMemory<char>>(Array.ConvertAll(Found(), id => _search.Index.KeyOf(id).AsMemory()), ref value)),
        _ => _search.Lookup!.GetterOf(number - (_search.HasKeys ? 3 : 2), Found),
    };

    private long[] Found()
    {
        if (_foundPosition == _row.Position)
            return _ids;
        _foundPosition = null;
        _search.Find(_readCode(), _readSelf?.Invoke(), _ids, _distances);
        _foundPosition = _row.Position;
        return _ids;
    }
}
