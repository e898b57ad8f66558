using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Loop;

namespace SSAH.MLNet.Training.Frozen;

/// <summary><see cref="SsahTrainer.Fit"/> where the features do not change: a column of features, or a pretrained network that is frozen.</summary>
internal static class FrozenFit
{
    private const string Method = "SSAH, frozen features";

    /// <summary>Opens the source of features; null if the network is trained too.</summary>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    /// <exception cref="FileNotFoundException">The network's file does not exist.</exception>
    public static FeatureSource? Open(DataViewSchema schema, SsahTrainer.Options options)
    {
        if (options.FeatureColumnName is { } features)
            return FeatureSource.OfFeatures(schema, features);
        return options.Backbone.FrozenNetwork(PixelColumn.Open(schema, options.InputColumnName).Shape) is { } network
            ? FeatureSource.OfImages(schema, options.InputColumnName, network, options.FeatureCacheFolder, FrozenTraining.ViewsOf(options))
            : null;
    }

    /// <summary>Reads, learns, and gives the bytes of the hash model.</summary>
    /// <exception cref="InvalidOperationException">There is too little to learn from.</exception>
    public static byte[] Run(FeatureSource source, IDataView data, SsahTrainer.Options options, int seed, IHost host, IChannel channel)
    {
        var labels = LabelColumn.Open(data.Schema, options.LabelColumnName);
        if (source.Doubt is { } notKept)
            channel.Warning(MessageSensitivity.None, notKept);
        var rows = source.Read(data, labels, Progress, options.Stopping.CancellationToken);
        LabelSets given = rows.Labels!;
        int labeled = Enumerable.Range(0, given.Count).Count(given.IsLabeled);
        Check(given, labeled, options.LabelColumnName);
        if (labels.DoubtAbout(given) is { } doubt)
            channel.Warning(MessageSensitivity.None, doubt);
        Note($"{given.Count} rows of {source.Length} features ({source.Counts.Computed} images and views computed, {source.Counts.Kept} known from before): "
            + $"{labeled} labeled, {given.Count - labeled} unlabeled, {given.ClassCount} classes.");
        if (options.Stopping is not { Epochs: null, MaxSteps: null, TimeBudget: null })
            Note("The features do not change: learning from them takes seconds and ends by itself, so that Epochs, MaxSteps and TimeBudget are not heeded.");
        if (options.HardSampleCallback is { } show && source.Network is not null)
            foreach (HardSampleStage stage in
                new ShownViews(PixelColumn.Open(data.Schema, options.InputColumnName), FrozenTraining.ViewsOf(options), given).Of(data))
                show(stage);
        FrozenOutcome outcome = new FrozenTraining(options, seed, Note, overwrites: true).Run(rows.Features, rows.Views, given);
        KeyValuePair<string, string>[] metadata = [TrainingMetadata.Of(options), .. Summary(outcome, given, labeled, seed).ToMetadata()];
        return source.Network?.ToHashModel(outcome.Head, Method, metadata) ?? outcome.Head.ToHashModel(Method, metadata);

        void Note(string message) => channel.Info(MessageSensitivity.None, message);

        void Progress(int count)
        {
            MLNetInternals.CheckAlive(host);
            if (count % 2048 == 0)
                Note($"{count} rows read.");
        }
    }

    private static void Check(LabelSets labels, int labeled, string column)
    {
        int classes = labels.IsMultiLabel ? 2 : Enumerable.Range(0, labels.Count).Where(labels.IsLabeled).Select(labels.ClassOf).Distinct().Count();
        if (labeled < 2 || classes < 2)
            throw new InvalidOperationException(
                $"Column '{column}' labels {labeled} of {labels.Count} rows with {classes} classes; at least two rows of two classes are needed to "
                    + "tell them apart. A row is unlabeled where it has an "
                + $"empty text, {LabelColumn.MissingKey}, an empty vector, or nothing but NaN. Without labels, mlContext.Transforms.ItqHash learns codes.");
    }

    private static HashTrainingSummary Summary(FrozenOutcome outcome, LabelSets labels, int labeled, int seed) => new()
    {
        Seed = seed,
        Device = "cpu",
        Precision = "Float32",
        Steps = outcome.Steps,
        Seconds = Math.Round(outcome.Elapsed.TotalSeconds, 1),
        TeacherAgreement = outcome.Agreement,
        LabeledRows = labeled,
        UnlabeledRows = labels.Count - labeled,
        Classes = labels.Names,
    };
}
