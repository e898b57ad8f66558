using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Frozen;

/// <summary>How a classifier was learned.</summary>
/// <param name="Classifier">The classifier.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="Agreement">Share of the rows held out whose likeliest class is the target's; null if none were held out.</param>
/// <param name="StopReason">Why it ended.</param>
internal sealed record ClassifierOutcome(ClassLayer Classifier, int Steps, double? Agreement, string StopReason);

/// <summary>
/// A linear classifier learned from vectors and probabilities of classes, by Adam on mini-batches with the gradient written out: no graph is
/// recorded, so that a step takes a fraction of a millisecond. Where rows have views, a part of each batch are views: hard samples, of which the same is
/// to be said as of their image. Ends when the rows that were held out agree no better.
/// </summary>
/// <param name="multiLabel">Whether each class has a probability of its own.</param>
/// <param name="takesHardest">Whether of a row's views the one is taken that is hardest for the present classifier, an exact search for what SSAH's A-Net
/// is to find, else any.</param>
/// <param name="viewShare">Share of a batch that are views, 0 to 1; where there are no views it does not matter.</param>
/// <param name="seed">Draws the batches and what is held out.</param>
/// <param name="cancellation">Ends the training between two checks.</param>
internal sealed class ClassifierTraining(bool multiLabel, bool takesHardest, double viewShare, int seed, CancellationToken cancellation)
{
    private const int BatchRows = 256;
    private const int MaxSteps = 2_000;
    private const int FewestSteps = 400;
    private const int FewRowPasses = 200;
    private const int StepsPerCheck = 200;
    private const int PatientChecks = 10;
    private const int LargestHeldOut = 2_000;
    private const double LearningRate = 0.05;
    private const double WeightDecay = 1e-5;
    private const double Beta1 = 0.9, Beta2 = 0.99;

    // Below this, holding rows out costs more than it tells.
    private const int FewestRowsToHoldOut = 200;

    /// <summary>Learns.</summary>
    /// <param name="vectors">[n, d].</param>
    /// <param name="views">[n, d] of each view of the rows; none where there are no views.</param>
    /// <param name="targets">[n, classes]: probabilities.</param>
    public ClassifierOutcome Run(FeatureMatrix vectors, IReadOnlyList<FeatureMatrix> views, FeatureMatrix targets)
    {
        using var thread = SingleTorchThread.Use();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        int[] rows = [.. Enumerable.Range(0, vectors.Rows)];
        var random = new Random(seed);
        random.Shuffle(rows);
        int held = vectors.Rows < FewestRowsToHoldOut ? 0 : Math.Min(LargestHeldOut, vectors.Rows / 10);
        var all = tensor(vectors.Values, vectors.Rows, vectors.Columns);
        Tensor[] others = [.. views.Select(view => tensor(view.Values, view.Rows, view.Columns))];
        var wanted = tensor(targets.Values, targets.Rows, targets.Columns);
        var heldRows = tensor(rows[..held].Select(row => (long)row).ToArray());
        var (heldVectors, heldTargets) = (all.index_select(0, heldRows), wanted.index_select(0, heldRows));
        long[] order = [.. rows[held..].Select(row => (long)row)];
        using var weights = new AdamWeights(vectors.Columns, targets.Columns);
        float[]? best = null;
        double? bestAgreement = null;
        int step = 0, next = order.Length, sinceBest = 0, limit = StepLimit(held, order.Length);
        string stopReason = held > 0 ? "all steps done" : $"{FewRowPasses} passes over few rows done";
        for (; step <= limit; step++)
        {
            if (step % StepsPerCheck == 0)
                cancellation.ThrowIfCancellationRequested();
            if ((step % StepsPerCheck == 0 || step == limit) && step > 0 && held > 0)
            {
                double agreement = Agreement(weights.Logits(heldVectors), heldTargets);
                // Of equals the later one: its rate was lower.
                if (bestAgreement is null || agreement >= bestAgreement)
                    (best, bestAgreement, sinceBest) = (weights.ToArray(), agreement, 0);
                else if (++sinceBest == PatientChecks)
                {
                    stopReason = $"the rows held out agreed no better in {PatientChecks * StepsPerCheck} steps";
                    break;
                }
            }
            if (step == limit)
                break;
            if (next + BatchRows > order.Length)
            {
                random.Shuffle(order);
                next = 0;
            }
            using var batch = NewDisposeScope();
            var index = tensor(order.AsSpan(next, Math.Min(BatchRows, order.Length)).ToArray());
            var batchTargets = wanted.index_select(0, index);
            weights.Step(Batch(all, others, index, batchTargets, weights, random), batchTargets, multiLabel, RateAt(step), WeightDecay, Beta1, Beta2);
            next += BatchRows;
        }
        float[] values = best ?? weights.ToArray();
        int inputs = vectors.Columns * targets.Columns;
        var classifier = new ClassLayer(new FeatureMatrix(vectors.Columns, targets.Columns, values[..inputs]), values[inputs..], multiLabel);
        return new ClassifierOutcome(classifier, step, bestAgreement, stopReason);
    }

    // Few rows are soon memorized, and none can be spared to tell when.
    private static int StepLimit(int held, int rows)
    {
        int passes = FewestSteps + (int)Math.Min(MaxSteps, FewRowPasses * (long)rows / BatchRows);
        return held > 0 ? MaxSteps : Math.Min(MaxSteps, (passes / StepsPerCheck + 1) * StepsPerCheck);
    }

    // Level for three tenths of the steps, then down to 0.
    private static double RateAt(int step) => LearningRate * Math.Min(1, (MaxSteps - step) / (0.7 * MaxSteps));

    // The first rows as they are, of the others a view.
    private Tensor Batch(Tensor all, Tensor[] views, Tensor index, Tensor targets, AdamWeights weights, Random random)
    {
        long viewed = views.Length == 0 ? 0 : (long)(index.shape[0] * viewShare), plain = index.shape[0] - viewed;
        if (viewed == 0)
            return all.index_select(0, index);
        var rows = index.narrow(0, plain, viewed);
        // [rows, views, d]
        var candidates = stack(views.Select(view => view.index_select(0, rows)).ToArray(), 1);
        var chosen = takesHardest && views.Length > 1
            ? Hardest(candidates, targets.narrow(0, plain, viewed), weights, multiLabel)
            : tensor(Enumerable.Range(0, (int)viewed).Select(_ => (long)random.Next(views.Length)).ToArray());
        var hard = candidates.gather(1, chosen.view(-1, 1, 1).expand(-1, 1, all.shape[1])).squeeze(1);
        return cat([all.index_select(0, index.narrow(0, 0, plain)), hard]);
    }

    /// <summary>Number of the view of each row that has the largest loss, [rows].</summary>
    /// <param name="candidates">[rows, views, d].</param>
    /// <param name="targets">[rows, classes].</param>
    /// <param name="weights">The present classifier.</param>
    /// <param name="multiLabel">Whether each class has a probability of its own.</param>
    internal static Tensor Hardest(Tensor candidates, Tensor targets, AdamWeights weights, bool multiLabel)
    {
        var logits = weights.Logits(candidates.flatten(0, 1)).view(candidates.shape[0], candidates.shape[1], -1);
        var said = (logits * targets.unsqueeze(1)).sum(2);
        var possible = multiLabel ? logits.logaddexp(zeros_like(logits)).sum(2) : logits.logsumexp(2);
        return (possible - said).argmax(1);
    }

    private double Agreement(Tensor logits, Tensor targets) => multiLabel
        ? 1 - (logits.sigmoid() - targets).abs().mean().ToDouble()
        : logits.argmax(1).eq(targets.argmax(1)).to(ScalarType.Float32).mean().ToDouble();
}
