using System.Diagnostics;
using System.Globalization;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Features;

namespace SSAH.MLNet.Training.Frozen;

/// <summary>What a training run on fixed features found.</summary>
/// <param name="Head">From features to codes.</param>
/// <param name="Steps">Steps of the classifier.</param>
/// <param name="Elapsed">Time without the features.</param>
/// <param name="Agreement">Share of held-out rows whose class the classifier sees as the teacher does; null if too few rows.</param>
/// <param name="StopReason">Why the classifier's training ended.</param>
/// <param name="MeanActivation">Mean |tanh| over the rows: how binary the codes are before their sign is taken.</param>
internal sealed record FrozenOutcome(HashHead Head, int Steps, TimeSpan Elapsed, double? Agreement, string StopReason, double MeanActivation);

/// <summary>
/// Learns codes from features that do not change, in seconds. The teacher labels every row from the few labels and the geometry of all features; a
/// classifier learns to say the same of a row that it has not seen; the code then is PCA-ITQ of the class probabilities beside the whitened features,
/// so that it keeps what the labels say and what the features know beside them: images of classes that nobody labeled stay findable. Reconstructed;
/// the parts are named where they stand.
/// </summary>
/// <param name="options">The options.</param>
/// <param name="seed">Seed.</param>
/// <param name="note">Told what was decided and how long it took.</param>
/// <param name="largestGraph">Rows that the graph is built over at most, since its time grows with their square; of more, all labeled ones and a
/// sample of the others.</param>
/// <param name="overwrites">Whether features and views are not needed any longer and may be overwritten: of many images that is a third of the
/// memory.</param>
internal sealed class FrozenTraining(
    SsahTrainer.Options options, int seed, Action<string> note, int largestGraph = 100_000, bool overwrites = false)
{
    private const int MeanRows = 2_000;

    // Rows with labels are to be told apart exactly, which many views disturb; where few rows have labels, many pay.
    private const double LeastViewShare = 0.125, LargestViewShare = 0.5;

    /// <summary>Learns from all rows.</summary>
    /// <param name="features">[n, d].</param>
    /// <param name="views">[n, d] of each view of the rows (<see cref="ViewsOf"/>); none where only features are known.</param>
    /// <param name="labels">Labels of the rows.</param>
    /// <exception cref="InvalidOperationException">All rows have the same features.</exception>
    /// <exception cref="OperationCanceledException">The options' token was canceled.</exception>
    public FrozenOutcome Run(FeatureMatrix features, IReadOnlyList<FeatureMatrix> views, LabelSets labels)
    {
        var clock = Stopwatch.StartNew();
        CancellationToken cancellation = options.Stopping.CancellationToken;
        float[] mean = features.Mean();
        if (features.HasEqualRows)
            throw new InvalidOperationException("All rows have the same features: there is nothing to tell apart.");
        var unlearned = new HashHead(mean, NeighborWhitening.Learn(features, mean, seed, cancellation), null, new FeatureMatrix(0, 0), []);
        FeatureMatrix vectors = Whiten(features);
        note(string.Create(CultureInfo.InvariantCulture, $"Features whitened in {clock.Elapsed.TotalSeconds:F1} s."));

        int[] rows = GraphRows(labels);
        FeatureMatrix[] learned = [InGraph(vectors), .. views.Select(view => InGraph(Whiten(view)))];
        bool hasMirrorImages = ViewsOf(options).BeginsWithMirrorImage && views.Count > 0;
        // An image and its mirror image together say more of its class than either; hard samples would blur it.
        FeatureMatrix common = FeatureMatrix.MeanDirections(learned.AsSpan(0, hasMirrorImages ? 2 : 1));
        NeighborGraph graph = NeighborGraph.Build(common, cancellation);
        TaughtClasses taught = ClassTeacher.Teach(common, labels.Take(rows), graph, seed, note, cancellation);
        note(string.Create(CultureInfo.InvariantCulture, $"Labels spread over the graph of {graph.Count} rows, {clock.Elapsed.TotalSeconds:F1} s."));

        double viewShare = ViewShare(rows.Count(labels.IsLabeled) / (double)rows.Length);
        var training = new ClassifierTraining(labels.IsMultiLabel, options.HardSamples.TakesHardestView, viewShare, seed, cancellation);
        ClassifierOutcome classifier = training.Run(learned[0], learned[1..], taught.Probabilities);
        string agrees = classifier.Agreement is { } agreement
            ? string.Create(CultureInfo.InvariantCulture, $"; it agrees with the teacher on {agreement:P1} of rows held out") : "";
        note(string.Create(CultureInfo.InvariantCulture,
            $"Classifier learned in {classifier.Steps} steps: {classifier.StopReason}{agrees}, {clock.Elapsed.TotalSeconds:F1} s."));

        HashHead head = unlearned with { Classes = classifier.Classifier };
        head = Project(head, vectors, taught.Found, cancellation);
        FeatureMatrix sample = head.Activations(vectors.Sample(MeanRows, seed));
        double meanActivation = sample.Values.Average(value => Math.Abs((double)value));
        note(string.Create(CultureInfo.InvariantCulture, 
            $"{options.Bits} bits learned, mean |activation| {meanActivation:F2}, {clock.Elapsed.TotalSeconds:F1} s."));
        return new FrozenOutcome(head, classifier.Steps, clock.Elapsed, classifier.Agreement, classifier.StopReason, meanActivation);

        FeatureMatrix Whiten(FeatureMatrix each) => overwrites ? unlearned.WhitenInPlace(each, cancellation) : unlearned.Whiten(each, cancellation);

        FeatureMatrix InGraph(FeatureMatrix each) => rows.Length == each.Rows ? each : each.Take(rows);
    }

    /// <summary>The views of each image that are learned from beside it.</summary>
    public static HardViews ViewsOf(SsahTrainer.Options options)
    {
        var (hard, mirrors) = (options.HardSamples, options.Augmentation.HorizontalFlip);
        int count = hard.Source != HardSampleSource.None ? hard.FrozenViews : mirrors ? Math.Min(1, hard.FrozenViews) : 0;
        return new HardViews(count, hard.FrozenRotationDegrees, hard.FrozenOcclusionArea, mirrors);
    }

    /// <summary>Share of the classifier's batches that are views.</summary>
    /// <param name="labeled">Share of the rows that have labels, 0 to 1.</param>
    internal static double ViewShare(double labeled) => Math.Max(LeastViewShare, LargestViewShare * (1 - labeled));

    private int[] GraphRows(LabelSets labels)
    {
        int[] rows = [.. Enumerable.Range(0, labels.Count)];
        if (rows.Length <= largestGraph)
            return rows;
        new Random(seed).Shuffle(rows);
        return [.. rows.OrderBy(row => labels.IsLabeled(row) ? 0 : 1).Take(Math.Max(largestGraph, rows.Count(labels.IsLabeled))).Order()];
    }

    // What the teacher finds says how far its classes are to be trusted beside the features.
    private HashHead Project(HashHead head, FeatureMatrix vectors, double found, CancellationToken cancellation)
    {
        FeatureMatrix inputs = head.Classes!.Beside(vectors);
        var projection = new CodeProjection(options.Losses.FrozenClassWeight * found * found, options.Bits, seed);
        return head.Projecting(inputs, projection.Learn(inputs, head.Classes.Count, cancellation), center: true);
    }
}
