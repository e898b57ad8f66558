using System.Text.Json;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>What a model says of its own training, as JSON in its metadata.</summary>
internal static class TrainingSummary
{
    public static IEnumerable<KeyValuePair<string, string>> Metadata(
        SsahTrainer.Options options, TrainingSet set, HashNetwork network, TrainingOutcome outcome, Device device, int seed)
    {
        var values = OptionTable.All
            .Where(option => !typeof(Delegate).IsAssignableFrom(option.Property.PropertyType) && option.Property.PropertyType != typeof(CancellationToken))
            .ToDictionary(option => option.Name, option => option.ValueIn(options) is var value and (Enum or Backbone) ? value.ToString() : option.ValueIn(options));
        yield return new(HashModelContract.OptionsKey, JsonSerializer.Serialize(values));
        if (network.Backbone.modules().OfType<BackboneInput>().FirstOrDefault() is { } input)
            yield return new(HashModelContract.PreprocessingKey, JsonSerializer.Serialize(input.Description));
        yield return new(HashModelContract.SummaryKey, JsonSerializer.Serialize(new
        {
            seed,
            device = device.ToString(),
            precision = network.ComputeType.ToString(),
            steps = outcome.Steps,
            seconds = Math.Round(outcome.Elapsed.TotalSeconds, 1),
            ending = outcome.Ending,
            validationMap = outcome.BestValidation?.Map,
            validationNdcg = outcome.BestValidation?.Ndcg,
            labeledRows = set.LabeledRows.Length,
            unlabeledRows = set.UnlabeledRows.Length,
            classes = set.Labels.Names,
        }));
    }
}
