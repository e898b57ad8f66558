using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Evaluation;

/// <summary>Whose neighbors are whose: of which classes the first images are that queries of a class find.</summary>
public sealed record NeighborConfusion
{
    internal NeighborConfusion(int k, IReadOnlyList<ConfusedClass> classes) => (K, Classes) = (k, classes);

    /// <summary>Number of nearest images that are looked at.</summary>
    public int K { get; }

    /// <summary>The classes, by number; those without a query have no shares.</summary>
    public IReadOnlyList<ConfusedClass> Classes { get; }

    /// <summary>Looks at the nearest images of each labeled query.</summary>
    /// <remarks>
    /// Ties at the last place count by their share, so that the order of the database does not matter. Unlabeled rows are left out. An image with several
    /// labels counts for each of them, so that the shares of a class may add up to more than 1.
    /// </remarks>
    /// <param name="queries">Codes of the queries.</param>
    /// <param name="queryLabels">Their labels.</param>
    /// <param name="database">Codes of the database.</param>
    /// <param name="databaseLabels">Its labels, with the same class numbers.</param>
    /// <param name="k">Number of nearest images, 1 or more; 10 by default.</param>
    /// <param name="excludeSameRow">Whether query i is database row i and is left out of its own neighbors.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentException">The inputs do not fit one another, or nothing is labeled.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static NeighborConfusion Of(
        BinaryCodes queries, LabelSets queryLabels, BinaryCodes database, LabelSets databaseLabels, int k = 10, bool excludeSameRow = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(queryLabels);
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(databaseLabels);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        RetrievalEvaluation.ThrowIfMismatched(queries, queryLabels, database, databaseLabels);
        int[] asked = [.. Enumerable.Range(0, queries.Count).Where(queryLabels.IsLabeled)];
        int[] rows = [.. Enumerable.Range(0, database.Count).Where(databaseLabels.IsLabeled)];
        if (asked.Length == 0 || rows.Length == 0)
            throw new ArgumentException($"There is nothing to confuse: {asked.Length} labeled queries and {rows.Length} labeled database rows.",
                nameof(queryLabels));
        int classes = Math.Max(queryLabels.ClassCount, databaseLabels.ClassCount);
        var shares = new double[asked.Length][];
        Parallel.For(0, asked.Length, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            int self = excludeSameRow ? asked[i] : -1;
            shares[i] = new NearestClasses(database, databaseLabels, rows, classes).Of(queries[asked[i]], k, self);
        });
        return new NeighborConfusion(k, Sum(asked, queryLabels, databaseLabels, shares, classes));
    }

    /// <summary>The pairs of different classes that are confused most, the most frequent first.</summary>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<ClassPair> Largest(int count) => [.. Classes
        .SelectMany(asked => asked.Shares.Select((share, found) => new ClassPair(asked.Class, found, share)))
        .Where(pair => pair.Query != pair.Found && pair.Share > 0).OrderByDescending(pair => pair.Share).ThenBy(pair => pair.Query).ThenBy(pair => pair.Found)
        .Take(count)];

    // In the order of the queries, so that the sums do not depend on the threads.
    private static ConfusedClass[] Sum(int[] asked, LabelSets labels, LabelSets others, double[][] shares, int classes)
    {
        var sums = new double[classes][];
        var counts = new int[classes];
        for (int i = 0; i < asked.Length; i++)
            foreach (int label in RelevanceIndex.LabelsOf(labels, asked[i]))
            {
                double[] sum = sums[label] ??= new double[classes];
                counts[label]++;
                for (int found = 0; found < classes; found++)
                    sum[found] += shares[i][found];
            }
        return [.. Enumerable.Range(0, classes).Select(label => new ConfusedClass(label, NameOf(labels, label) ?? NameOf(others, label), counts[label],
            sums[label] is { } sum ? Array.AsReadOnly([.. sum.Select(each => each / counts[label])]) : []))];
    }

    private static string? NameOf(LabelSets labels, int label) => label < labels.Names?.Count ? labels.Names[label] : null;
}

/// <summary>What the queries of a class find.</summary>
/// <param name="Class">Class number.</param>
/// <param name="Name">Class name, or null.</param>
/// <param name="QueryCount">Queries that carry the class.</param>
/// <param name="Shares">For each class, by number, the mean share of the nearest images that carry it; empty without a query.</param>
public sealed record ConfusedClass(int Class, string? Name, int QueryCount, IReadOnlyList<double> Shares);

/// <summary>How often queries of one class find images of another.</summary>
/// <param name="Query">Class of the queries.</param>
/// <param name="Found">Class of the images found.</param>
/// <param name="Share">Mean share of the nearest images.</param>
public readonly record struct ClassPair(int Query, int Found, double Share);
