using System.Globalization;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.BenchmarkData;

/// <summary>The CIFAR-10 protocols of the literature; they take any labels of one class a row with 600 rows a class or more.</summary>
public static class RetrievalProtocols
{
    private const int QueriesPerClass = 100;
    private const int LabeledPerClass = 500;
    private const string LabelsPrefix = "C10-labels-";

    /// <summary>Names that <see cref="Draw"/> knows; N is a number of labeled rows in all.</summary>
    public static IReadOnlyList<string> Names { get; } = ["C10-54k", "C10-59k", LabelsPrefix + "N"];

    /// <summary>C10-54k: 100 queries and 500 labeled rows a class; the database is the other rows (54,000 of 60,000).</summary>
    /// <exception cref="ArgumentException">The labels are sets, or a class has too few rows.</exception>
    public static RetrievalSplit Database54k(LabelSets labels, int seed) =>
        RetrievalSplit.Draw(labels, QueriesPerClass, LabeledPerClass, seed, protocol: "C10-54k");

    /// <summary>C10-59k: as <see cref="Database54k"/>, and the labeled rows are in the database too.</summary>
    /// <exception cref="ArgumentException">The labels are sets, or a class has too few rows.</exception>
    public static RetrievalSplit Database59k(LabelSets labels, int seed) =>
        RetrievalSplit.Draw(labels, QueriesPerClass, LabeledPerClass, seed, databaseIncludesLabeled: true, protocol: "C10-59k");

    /// <summary>
    /// C10-labels-N: queries and database of <see cref="Database54k"/> with the same seed, but only N of its labeled rows keep their label; the
    /// others are trained on without it. So the points of a label-efficiency curve differ in nothing else.
    /// </summary>
    /// <param name="labels">Classes of the whole data set, one a row.</param>
    /// <param name="labeledCount">Labeled rows in all: a multiple of the number of classes, up to 500 a class.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="ArgumentException">The number does not fit, the labels are sets, or a class has too few rows.</exception>
    public static RetrievalSplit WithLabels(LabelSets labels, int labeledCount, int seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        RetrievalSplit whole = Database54k(labels, seed);
        int classes = whole.Labeled.Count / LabeledPerClass;
        if (classes == 0 || labeledCount < 0 || labeledCount % classes != 0 || labeledCount / classes > LabeledPerClass)
            throw new ArgumentException(
                $"{labeledCount} labeled rows are not an equal number, up to {LabeledPerClass}, for each of {classes} classes.",
                nameof(labeledCount));
        RetrievalSplit few = RetrievalSplit.Draw(labels, QueriesPerClass, labeledCount / classes, seed);
        var kept = few.Labeled.ToHashSet();
        return RetrievalSplit.Create(LabelsPrefix + labeledCount.ToString(CultureInfo.InvariantCulture), seed, labels.Count, false,
            whole.Roles.Select(row => row.Role == SplitRole.Labeled && !kept.Contains(row.Row) ? (row.Row, SplitRole.Extra) : row));
    }

    /// <summary>Draws the split of the protocol with this name: C10-54k, C10-59k or C10-labels-N.</summary>
    /// <exception cref="ArgumentException">There is no such protocol, or the labels do not fit it.</exception>
    public static RetrievalSplit Draw(string name, LabelSets labels, int seed)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == "C10-54k")
            return Database54k(labels, seed);
        if (name == "C10-59k")
            return Database59k(labels, seed);
        if (name.StartsWith(LabelsPrefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(LabelsPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            return WithLabels(labels, count, seed);
        throw new ArgumentException($"There is no protocol '{name}'. There are {string.Join(", ", Names)}.", nameof(name));
    }
}
