using System.Text.Json;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks.Layers;

namespace SSAH.MLNet.Training.Loop;

/// <summary>What a model says of its own training, as JSON in its metadata.</summary>
internal static class TrainingMetadata
{
    /// <summary>The options, but for what belongs to this machine and this run.</summary>
    public static KeyValuePair<string, string> Of(SsahTrainer.Options options)
    {
        var values = OptionTable.All
            .Where(option => !typeof(Delegate).IsAssignableFrom(option.Property.PropertyType) && option.Property.PropertyType != typeof(CancellationToken))
            .Where(option => option.Name != nameof(options.FeatureCacheFolder))
            .ToDictionary(option => option.Name, option =>
                option.ValueIn(options) is var value and (Enum or Backbone) ? value.ToString() : option.ValueIn(options));
        return new(HashModelContract.OptionsKey, JsonSerializer.Serialize(values));
    }

    public static IEnumerable<KeyValuePair<string, string>> Of(SsahTrainer.Options options, HashNetwork network, HashTrainingSummary summary)
    {
        yield return Of(options);
        if (network.Backbone.modules().OfType<BackboneInput>().FirstOrDefault() is { } input)
            yield return new(HashModelContract.PreprocessingKey, JsonSerializer.Serialize(input.Description));
        foreach (var entry in summary.ToMetadata())
            yield return entry;
    }
}
