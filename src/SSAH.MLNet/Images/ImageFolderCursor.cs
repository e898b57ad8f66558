using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>Reads every <paramref name="step"/>-th file of an order, from the <paramref name="first"/> on.</summary>
internal sealed class ImageFolderCursor(
    ImageFolder folder, int[] order, int first, int step, IEnumerable<DataViewSchema.Column> columnsNeeded) : DataViewRowCursor
{
    private readonly HashSet<int> _active = [.. columnsNeeded.Select(column => column.Index)];
    private readonly byte[] _pixels = new byte[folder.Shape.Size];
    private int _at = first - step;
    private long _position = -1;
    private bool _isDecoded;

    public override DataViewSchema Schema => folder.Schema;

    public override long Position => _position;

    // Cursors of a set take turns row by row; the batch number is what puts their rows in order again.
    public override long Batch => step == 1 ? 0 : _at;

    private int Index => _position >= 0 ? order[_at] : throw new InvalidOperationException("The cursor is not on a row.");

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Index, 0);

    public override bool MoveNext()
    {
        for (_at += step; _at < order.Length; _at += step)
            if (folder.HasRow(order[_at], _pixels, out _isDecoded))
            {
                _position++;
                return true;
            }
        _position = -1;
        return false;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this cursor was opened.");
        Delegate getter = column.Index switch
        {
            ImageFolder.PathIndex => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = folder.FileOf(Index).AsMemory()),
            ImageFolder.LabelIndex =>
                (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = folder.LabelOf(Index).AsMemory()),
            _ => (ValueGetter<VBuffer<byte>>)ReadPixels,
        };
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}; it cannot be read as {typeof(TValue)}.");
    }

    private void ReadPixels(ref VBuffer<byte> value)
    {
        int index = Index;
        if (!_isDecoded && folder.Reader.Read(folder.FileOf(index), _pixels) is { } reason)
            throw new InvalidDataException(
                $"Row {_position}, '{folder.FileOf(index)}': {reason}. Remove the file, or set ImageFolderOptions.OnBadImage to Skip.");
        _isDecoded = true;
        VBufferEditor<byte> editor = VBufferEditor.Create(ref value, _pixels.Length);
        _pixels.CopyTo(editor.Values);
        value = editor.Commit();
    }
}
