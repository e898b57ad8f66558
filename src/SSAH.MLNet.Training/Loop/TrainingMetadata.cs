using System.Text.Json;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks.Layers;

namespace SSAH.MLNet.Training.Loop;

/// <summary>What a model says of its own training, as JSON in its metadata.</summary>
internal static class TrainingMetadata
{
    // Folders and memory of this machine.
    private static readonly string[] s_places =
        [nameof(SsahTrainer.Options.FeatureCacheFolder), nameof(SsahTrainer.Options.PixelMemoryMegabytes), nameof(SsahTrainer.Options.ResumeFrom),
            nameof(SsahTrainer.Options.WarmStart), "Checkpoint.Folder"];

    /// <summary>What was done before there was an option for it, as JSON by name: records and checkpoints of that time do not have it.</summary>
    public static IReadOnlyDictionary<string, string> BeforeOptions { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Losses.LabelSimilarity"] = JsonSerializer.Serialize(nameof(LabelSimilarity.AnyShared)),
        ["Augmentation.MirrorAverage"] = JsonSerializer.Serialize(false),
    };

    /// <summary>The options, but for what belongs to this machine and this run.</summary>
    public static KeyValuePair<string, string> Of(SsahTrainer.Options options) => new(HashModelContract.OptionsKey, JsonSerializer.Serialize(Values(options)));

    /// <summary>The same by name.</summary>
    public static IReadOnlyDictionary<string, object?> Values(SsahTrainer.Options options) => OptionTable.All
        .Where(option => !typeof(Delegate).IsAssignableFrom(option.Property.PropertyType) && option.Property.PropertyType != typeof(CancellationToken))
        .Where(option => !s_places.Contains(option.Name))
        .ToDictionary(option => option.Name, option => option.ValueIn(options) is var value and (Enum or Backbone) ? value.ToString()
            : option.ValueIn(options));

    public static IEnumerable<KeyValuePair<string, string>> Of(SsahTrainer.Options options, HashNetwork network, HashTrainingSummary summary)
    {
        yield return Of(options);
        if (network.Backbone.modules().OfType<BackboneInput>().FirstOrDefault() is { } input)
            yield return new(HashModelContract.PreprocessingKey, JsonSerializer.Serialize(input.Description));
        foreach (var entry in summary.ToMetadata())
            yield return entry;
    }
}
