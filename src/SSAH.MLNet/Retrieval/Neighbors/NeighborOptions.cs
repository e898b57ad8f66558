namespace SSAH.MLNet;

/// <summary>
/// What <see cref="HashRetrievalCatalog.FindNeighbors(Hashing.HammingIndex, NeighborOptions, Microsoft.ML.IDataView)"/> finds for each row, and what
/// it adds.
/// </summary>
public sealed record NeighborOptions
{
    internal const int MaxK = 1 << 20;

    /// <summary>Neighbors of each row, 1 to 1,048,576; 10 by default.</summary>
    public int K
    {
        get;
        init => field = value is >= 1 and <= MaxK ? value : throw new ArgumentOutOfRangeException(nameof(K), value, "The number of neighbors is 1 to 1048576.");
    } = 10;

    /// <summary>
    /// Name of the column of the neighbors' ids, and the beginning of the names of the other columns that are added; <c>Neighbors</c> by default.
    /// </summary>
    public string OutputColumnName { get; init; } = "Neighbors";

    /// <summary>Column of codes or activations, as HashEncoder adds them; <c>HashCode</c> by default.</summary>
    public string CodeColumnName { get; init; } = "HashCode";

    /// <summary>
    /// Column of the rows' ids, numbers or texts, the one that <see cref="HashRetrievalCatalog.CreateIndex"/> was given; null (the default) where the
    /// ids are the numbers of the database's rows, from 0. The database needs it for <see cref="Columns"/>, the queries for
    /// <see cref="ExcludeSelf"/>.
    /// </summary>
    public string? IdColumnName { get; init; }

    /// <summary>
    /// Whether a row is left out of its own neighbors, for queries that are rows of the database: the neighbor of its own id or, without
    /// <see cref="IdColumnName"/>, of its own row number (then rows are read in their order, and not one at a time by a prediction engine). False by
    /// default.
    /// </summary>
    public bool ExcludeSelf { get; init; }

    /// <summary>
    /// Columns of the database to look up for the neighbors: column <c>ImagePath</c> becomes <c>NeighborsImagePath</c>, a vector with one value for
    /// each neighbor. Text, numbers, Booleans, keys and dates. None by default.
    /// </summary>
    public IReadOnlyList<string> Columns { get; init; } = [];
}
