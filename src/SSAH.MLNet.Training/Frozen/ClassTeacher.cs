using System.Globalization;
using System.Numerics.Tensors;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Data;

namespace SSAH.MLNet.Training.Frozen;

/// <summary>What a teacher says.</summary>
/// <param name="Probabilities">Of all rows, [n, classes]; those of labeled rows are their labels.</param>
/// <param name="Found">Share of hidden labels that it finds again, 0 to 1; where none could be hidden, what is usual with one label of each class.</param>
internal sealed record TaughtClasses(FeatureMatrix Probabilities, double Found);

/// <summary>
/// What the labeled rows and the geometry of all rows say of every row's classes: a linear classifier of the labeled rows proposes, the graph of neighbors
/// spreads proposals and labels. In the line of graph-based semi-supervised hashing (SSDH, Zhang and Peng 2017; BGDH, Yan et al. 2017) and of
/// correct-and-smooth (Huang et al. 2021); reconstructed.
/// </summary>
/// <param name="vectors">[n, d], whitened.</param>
/// <param name="graph">Graph of the rows.</param>
/// <param name="multiLabel">Whether a row may have several classes.</param>
/// <param name="seed">Draws the classifier's batches.</param>
/// <param name="cancellation">Ends the work between two steps.</param>
internal sealed class ClassTeacher(FeatureMatrix vectors, NeighborGraph graph, bool multiLabel, int seed, CancellationToken cancellation)
{
    private const double UsualFound = 0.4;

    /// <summary>Teaches.</summary>
    /// <param name="vectors">[n, d], whitened.</param>
    /// <param name="labels">Labels of the rows.</param>
    /// <param name="graph">Graph of the rows.</param>
    /// <param name="seed">Draws the classifier's batches.</param>
    /// <param name="note">Told how far labels are spread, and why.</param>
    /// <param name="cancellation">Ends the work between two steps.</param>
    public static TaughtClasses Teach(
        FeatureMatrix vectors, LabelSets labels, NeighborGraph graph, int seed, Action<string> note, CancellationToken cancellation)
    {
        var teacher = new ClassTeacher(vectors, graph, labels.IsMultiLabel, seed, cancellation);
        FeatureMatrix given = Targets(labels);
        ChosenSpreading chosen = SpreadingChoice.Choose(teacher, labels, given, note);
        int[] labeled = [.. Enumerable.Range(0, labels.Count).Where(labels.IsLabeled)];
        FeatureMatrix taught = teacher.Spread(teacher.Propose(given, labeled), given, labeled, chosen.Spreading);
        double found = chosen.Found ?? UsualFound;
        if (!labels.IsMultiLabel)
        {
            double power = Sharpening.Sharpen(taught, row => !labels.IsLabeled(row), found);
            note(string.Create(CultureInfo.InvariantCulture, $"What it says of them is raised to the power of {power:F2}, to be as sure as it is right."));
        }
        foreach (int row in labeled)
            given.Row(row).CopyTo(taught.Row(row));
        return new TaughtClasses(taught, found);
    }

    /// <summary>What a classifier of these rows says of all rows, [n, classes].</summary>
    public FeatureMatrix Propose(FeatureMatrix given, int[] labeled) =>
        new ClassifierTraining(multiLabel, takesHardest: false, viewShare: 0, seed, cancellation).Run(vectors.Take(labeled), [], given.Take(labeled)).Classifier
            .Probabilities(vectors);

    /// <summary>Class probabilities of all rows, of labeled ones too, from proposals and the labels of some rows.</summary>
    public FeatureMatrix Spread(FeatureMatrix proposals, FeatureMatrix given, int[] labeled, Spreading spreading)
    {
        var start = new FeatureMatrix(proposals.Rows, proposals.Columns);
        TensorPrimitives.Multiply(proposals.Values, spreading.ProposalWeight, start.Values);
        foreach (int row in labeled)
            given.Row(row).CopyTo(start.Row(row));
        FeatureMatrix spread = LabelPropagation.Spread(graph, start, spreading.Alpha, cancellation);
        return multiLabel ? Shares(spread, labeled, spreading) : Probabilities(spread);
    }

    /// <summary>[n, classes]: 1 where a row has the class, else 0.</summary>
    public static FeatureMatrix Targets(LabelSets labels)
    {
        var targets = new FeatureMatrix(labels.Count, labels.ClassCount);
        for (int row = 0; row < labels.Count; row++)
            LabelTargets.Write(labels, row, targets.Row(row));
        return targets;
    }

    // Each class has the same mass, so that one whose labels lie in a dense region does not flood the others.
    private static FeatureMatrix Probabilities(FeatureMatrix spread)
    {
        float[] mass = spread.Mean();
        for (int c = 0; c < mass.Length; c++)
            mass[c] = mass[c] > 0 ? 1 / mass[c] : 0;
        for (int row = 0; row < spread.Rows; row++)
        {
            Span<float> values = spread.Row(row);
            TensorPrimitives.Multiply(values, mass, values);
            float sum = TensorPrimitives.Sum<float>(values);
            if (sum > 0)
                TensorPrimitives.Divide(values, sum, values);
            else
                values.Fill(1f / values.Length);
        }
        return spread;
    }

    // With several labels a row: of all that reached a row, the share that has the class.
    private FeatureMatrix Shares(FeatureMatrix spread, int[] labeled, Spreading spreading)
    {
        var sources = new FeatureMatrix(spread.Rows, 1);
        sources.Values.AsSpan().Fill(spreading.ProposalWeight);
        foreach (int row in labeled)
            sources.Values[row] = 1;
        FeatureMatrix reached = LabelPropagation.Spread(graph, sources, spreading.Alpha, cancellation);
        for (int row = 0; row < spread.Rows; row++)
        {
            Span<float> values = spread.Row(row);
            if (reached.Values[row] > 0)
                TensorPrimitives.Divide(values, reached.Values[row], values);
            TensorPrimitives.Min(values, 1f, values);
        }
        return spread;
    }
}
