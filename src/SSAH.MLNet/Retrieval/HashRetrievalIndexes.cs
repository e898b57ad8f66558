using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Kinds of index that <see cref="HashRetrievalCatalog.CreateIndex"/> makes.</summary>
public enum HammingIndexKind
{
    /// <summary>A scan of all codes: the choice for up to some millions of codes, and for any distance.</summary>
    Flat,

    /// <summary>Multi-index hashing: for many codes whose neighbors are near; it falls back to the scan where that is faster.</summary>
    MultiHash,
}

public sealed partial class HashRetrievalCatalog
{
    /// <summary>Makes a search index of the codes of a data view, which is read once.</summary>
    /// <param name="data">Rows with codes.</param>
    /// <param name="codeColumnName">Packed codes or activations, as HashEncoder adds them.</param>
    /// <param name="idColumnName">Column of the rows' ids, <c>Int64</c> or <c>Int32</c>, each id once; null numbers the rows from 0.</param>
    /// <param name="kind">How to search. Both kinds are exact.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, or an id comes twice.</exception>
    /// <exception cref="InvalidDataException">A row holds no code.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public HammingIndex CreateIndex(
        IDataView data, string codeColumnName = "HashCode", string? idColumnName = null, HammingIndexKind kind = HammingIndexKind.Flat,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        CodeColumn column = CodeColumn.Open(data.Schema, codeColumnName);
        DataViewSchema.Column? idColumn = idColumnName is null ? null : IdColumn(data.Schema, idColumnName);
        var codes = new BinaryCodes(column.Bits);
        var ids = new List<long>();
        using (DataViewRowCursor cursor = data.GetRowCursor(idColumn is { } id ? [column.Column, id] : [column.Column]))
        {
            CodeReader readCode = column.CreateReader(cursor, codes, activations: null);
            Func<long> readId = IdReader(cursor, idColumn);
            while (cursor.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                readCode();
                ids.Add(readId());
            }
        }
        HammingIndex index = kind == HammingIndexKind.Flat ? new HammingFlatIndex(column.Bits) : new MultiHashIndex(column.Bits);
        index.Add(codes, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ids));
        Note("CreateIndex", FormattableString.Invariant($"{index.Count} codes of {index.Bits} bits from column '{codeColumnName}'"));
        return index;
    }

    /// <summary>Opens an index that <see cref="HammingIndex.Save"/> wrote; a file of codes becomes a flat index.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What the file may ask for; null trusts it, <see cref="HammingFileLimits.Untrusted"/> does not.</param>
    /// <exception cref="HammingFileException">The file is damaged, or asks for more than the limits allow.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public HammingIndex LoadIndex(string path, HammingFileLimits? limits = null)
    {
        HammingIndex index = HammingIndex.Load(path, limits);
        Note("LoadIndex", FormattableString.Invariant($"{index.Count} codes of {index.Bits} bits from {path}"));
        return index;
    }

    /// <summary>A pipeline step that adds each row's nearest neighbors in an index, nearest first, equal distances by id.</summary>
    /// <remarks>Adds <c>outputColumnName</c> (<c>Vector&lt;Int64, k&gt;</c>, ids) and <c>outputColumnName + "Distance"</c> (<c>Vector&lt;Int32, k&gt;</c>). Places
    /// beyond the size of the index hold -1 in both. The index is not saved with a model: save it beside it.</remarks>
    /// <param name="index">The index to search.</param>
    /// <param name="k">Neighbors a row, 1 or more.</param>
    /// <param name="outputColumnName">Name of the column of ids.</param>
    /// <param name="codeColumnName">Packed codes, as HashEncoder adds them.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public IEstimator<ITransformer> FindNeighbors(
        HammingIndex index, int k = 10, string outputColumnName = "Neighbors", string codeColumnName = "HashCode")
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        SchemaDefinition input = SchemaDefinition.Create(typeof(CodeRow)), output = SchemaDefinition.Create(typeof(NeighborRow));
        Describe(input[nameof(CodeRow.Code)], codeColumnName, NumberDataViewType.Byte, (index.Bits + 7) / 8);
        Describe(output[nameof(NeighborRow.Ids)], outputColumnName, NumberDataViewType.Int64, k);
        Describe(output[nameof(NeighborRow.Distances)], outputColumnName + "Distance", NumberDataViewType.Int32, k);
        // One thread a row: ML.NET already reads rows on several.
        var options = new HammingSearchOptions { Threads = 1 };
        return Context.Transforms.CustomMapping<CodeRow, NeighborRow>((row, neighbors) =>
        {
            ReadOnlySpan<HammingMatch> matches = index.Search(BinaryCodes.FromPacked(index.Bits, row.Code), k, options)[0];
            neighbors.Ids = new long[k];
            neighbors.Distances = new int[k];
            for (int i = 0; i < k; i++)
                (neighbors.Ids[i], neighbors.Distances[i]) = i < matches.Length ? (matches[i].Id, matches[i].Distance) : (-1, -1);
        }, contractName: null, input, output);
    }

    private static void Describe(SchemaDefinition.Column column, string name, PrimitiveDataViewType type, int size) =>
        (column.ColumnName, column.ColumnType) = (name, new VectorDataViewType(type, size));

    private static DataViewSchema.Column IdColumn(DataViewSchema schema, string name) =>
        schema.GetColumnOrNull(name) is not { } column
            ? throw new ArgumentException($"There is no id column '{name}'. The data has: {string.Join(", ", schema.Select(c => c.Name))}.", nameof(name))
            : column.Type == NumberDataViewType.Int64 || column.Type == NumberDataViewType.Int32
                ? column
                : throw new ArgumentException($"Id column '{name}' has type {column.Type}; ids are Int64 or Int32. Convert it with Conversion.ConvertType.", nameof(name));

    private static Func<long> IdReader(DataViewRow row, DataViewSchema.Column? column)
    {
        if (column is not { } ids)
            return () => row.Position;
        if (ids.Type == NumberDataViewType.Int32)
        {
            ValueGetter<int> narrow = row.GetGetter<int>(ids);
            return () =>
            {
                int id = 0;
                narrow(ref id);
                return id;
            };
        }
        ValueGetter<long> wide = row.GetGetter<long>(ids);
        return () =>
        {
            long id = 0;
            wide(ref id);
            return id;
        };
    }

    private sealed class CodeRow
    {
        public byte[] Code { get; set; } = [];
    }

    private sealed class NeighborRow
    {
        public long[] Ids { get; set; } = [];

        public int[] Distances { get; set; } = [];
    }
}
