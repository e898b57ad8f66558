using System.Numerics.Tensors;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Data;

namespace SSAH.MLNet.Training.Frozen;

/// <summary>
/// What the labeled rows and the geometry of all rows say of every row's classes: a linear classifier of the labeled rows proposes (with a tenth of a
/// label's weight), the graph of neighbors spreads proposals and labels. In the line of graph-based semi-supervised hashing (SSDH, Zhang and Peng
/// 2017; BGDH, Yan et al. 2017) and of correct-and-smooth (Huang et al. 2021); reconstructed.
/// </summary>
internal static class ClassTeacher
{
    private const float ProposalWeight = 0.1f;

    /// <summary>Class probabilities of all rows, [n, classes]; those of labeled rows are their labels.</summary>
    /// <param name="vectors">[n, d], whitened.</param>
    /// <param name="labels">Labels of the rows.</param>
    /// <param name="graph">Graph of the rows.</param>
    /// <param name="seed">Draws the classifier's batches.</param>
    /// <param name="cancellation">Ends the work between two steps.</param>
    public static FeatureMatrix Teach(FeatureMatrix vectors, LabelSets labels, NeighborGraph graph, int seed, CancellationToken cancellation)
    {
        FeatureMatrix given = Targets(labels);
        int[] labeled = [.. Enumerable.Range(0, labels.Count).Where(labels.IsLabeled)];
        ClassLayer classifier = ClassifierTraining.Run(vectors.Take(labeled), given.Take(labeled), labels.IsMultiLabel, seed, cancellation).Classifier;
        FeatureMatrix start = classifier.Probabilities(vectors);
        TensorPrimitives.Multiply(start.Values, ProposalWeight, start.Values);
        foreach (int row in labeled)
            given.Row(row).CopyTo(start.Row(row));
        FeatureMatrix spread = LabelPropagation.Spread(graph, start, cancellation);
        FeatureMatrix taught = labels.IsMultiLabel ? Shares(spread, graph, labels, cancellation) : Probabilities(spread);
        foreach (int row in labeled)
            given.Row(row).CopyTo(taught.Row(row));
        return taught;
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
    private static FeatureMatrix Shares(FeatureMatrix spread, NeighborGraph graph, LabelSets labels, CancellationToken cancellation)
    {
        var sources = new FeatureMatrix(spread.Rows, 1);
        for (int row = 0; row < spread.Rows; row++)
            sources.Values[row] = labels.IsLabeled(row) ? 1 : ProposalWeight;
        FeatureMatrix reached = LabelPropagation.Spread(graph, sources, cancellation);
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
