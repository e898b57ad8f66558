using System.Runtime.InteropServices;
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
    /// <param name="idColumnName">Column of the rows' ids, each once: whole numbers from 0 of any width, or texts (or keys of texts), which become
    /// the index's keys under ids from 0; null numbers the rows from 0.</param>
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
        IdColumn? idColumn = idColumnName is null ? null : IdColumn.Open(data.Schema, idColumnName);
        BinaryCodes codes = column.NewCodes();
        List<long> ids = [];
        List<string> keys = [];
        using (CancelableReading.Begin(cancellationToken))
        using (DataViewRowCursor cursor = data.GetRowCursor(idColumn is null ? [column.Column] : [column.Column, idColumn.Column]))
        {
            CodeReader readCode = column.CreateReader(cursor, codes);
            Action? readId = idColumn is null ? null : ReaderInto(idColumn, cursor, ids, keys);
            while (cursor.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                readCode();
                readId?.Invoke();
            }
        }
        HammingIndex index = kind == HammingIndexKind.Flat ? new HammingFlatIndex(column.Bits) : new MultiHashIndex(column.Bits);
        if (idColumn is null)
            index.Add(codes);
        else if (idColumn.IsText)
            index.Add(codes, keys);
        else
            index.Add(codes, CollectionsMarshal.AsSpan(ids));
        Note("CreateIndex", FormattableString.Invariant($"{index.Count} codes of {index.Bits} bits from column '{codeColumnName}'"));
        return index;
    }

    private static Action ReaderInto(IdColumn column, DataViewRow row, List<long> ids, List<string> keys)
    {
        if (!column.IsText)
        {
            Func<long> number = column.CreateReader(row);
            return () => ids.Add(number());
        }
        Func<string> text = column.CreateTextReader(row);
        return () => keys.Add(text() is { Length: > 0 } key
            ? key : throw new InvalidDataException($"Row {row.Position} of id column '{column.Column.Name}' has no text."));
    }

    /// <summary>Opens an index that <see cref="HammingIndex.Save"/> wrote; a file of codes becomes a flat index.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What the file may be; null trusts it, <see cref="ReadingLimits.Untrusted"/> does not, and
    /// <see cref="ReadingLimits.Mapped"/> leaves its codes on the disk.</param>
    /// <exception cref="DamagedFileException">The file is damaged, or beyond the limits.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public HammingIndex LoadIndex(string path, ReadingLimits? limits = null)
    {
        HammingIndex index = HammingIndex.Load(path, limits);
        Note("LoadIndex", FormattableString.Invariant($"{index.Count} codes of {index.Bits} bits from {path}"));
        return index;
    }

    /// <summary>A pipeline step that adds each row's nearest neighbors in an index, nearest first, equal distances by id.</summary>
    /// <remarks>Adds <c>outputColumnName</c> (<c>Vector&lt;Int64, k&gt;</c>, ids), <c>outputColumnName + "Distance"</c> (<c>Vector&lt;Int32,
    /// k&gt;</c>) and, where the index has keys, <c>outputColumnName + "Key"</c> (<c>Vector&lt;Text, k&gt;</c>). Places beyond the size of the index
    /// hold -1, or an empty text. A saved model holds the index.</remarks>
    /// <param name="index">The index to search.</param>
    /// <param name="k">Neighbors of each row, 1 or more.</param>
    /// <param name="outputColumnName">Name of the column of ids.</param>
    /// <param name="codeColumnName">Codes or activations, as HashEncoder adds them.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public IEstimator<NeighborSearchTransformer> FindNeighbors(
        HammingIndex index, int k = 10, string outputColumnName = "Neighbors", string codeColumnName = "HashCode") =>
        FindNeighbors(index, new NeighborOptions { K = k, OutputColumnName = outputColumnName, CodeColumnName = codeColumnName });

    /// <summary>A pipeline step that adds each row's nearest neighbors in an index, with the values that the database holds for them.</summary>
    /// <param name="index">The index to search.</param>
    /// <param name="options">How many neighbors, whether a row may find itself, and which columns of the database to look up.</param>
    /// <param name="database">The rows that the index was made of, which are read once; needed where <see cref="NeighborOptions.Columns"/> names any.</param>
    /// <exception cref="ArgumentException">A column of the database is missing or of a wrong type, an id comes twice, or the database is missing.</exception>
    public IEstimator<NeighborSearchTransformer> FindNeighbors(HammingIndex index, NeighborOptions options, IDataView? database = null)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Columns.Count > 0 && database is null)
            throw new ArgumentException($"To look up {string.Join(", ", options.Columns)}, FindNeighbors needs the rows that the index was made of.",
                nameof(database));
        NeighborLookup? lookup = options.Columns.Count == 0 ? null : NeighborLookup.Read(Context, database!, options.Columns, options.IdColumnName, index);
        return new NeighborSearchEstimator(new NeighborSearch(index, options, lookup));
    }

    /// <summary>
    /// A pipeline step that adds each row's nearest neighbors among the rows of a database, with values of theirs: index and lookup in one call.
    /// </summary>
    /// <param name="database">Rows with codes; read once for the codes and once for <see cref="NeighborOptions.Columns"/>.</param>
    /// <param name="options">How many neighbors, whether a row may find itself, and which columns of the database to look up.</param>
    /// <exception cref="ArgumentException">A column of the database is missing or of a wrong type, or an id comes twice.</exception>
    /// <exception cref="InvalidDataException">A row holds no code.</exception>
    public IEstimator<NeighborSearchTransformer> FindNeighbors(IDataView database, NeighborOptions options)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(options);
        return FindNeighbors(CreateIndex(database, options.CodeColumnName, options.IdColumnName), options, database);
    }
}
