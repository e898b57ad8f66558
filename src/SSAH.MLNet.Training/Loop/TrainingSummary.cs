using System.Text.Json;
using SSAH.MLNet.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>What a model says of its own training, as JSON in its metadata.</summary>
internal static class TrainingSummary
{
    public static IEnumerable<KeyValuePair<string, string>> Metadata(
        SsahTrainer.Options options, TrainingSet set, TrainingOutcome outcome, Device device, ScalarType computeType, int seed)
    {
        var values = typeof(SsahTrainer.Options).GetProperties()
            .Where(p => p.Name is not (nameof(options.MetricsCallback) or nameof(options.CancellationToken)))
            .ToDictionary(p => p.Name, p => p.GetValue(options) is var value and (Enum or Backbone) ? value.ToString() : p.GetValue(options));
        yield return new(HashModelContract.OptionsKey, JsonSerializer.Serialize(values));
        if (options.Backbone is OnnxBackbone { Preprocessing: var preprocessing })
            yield return new(HashModelContract.PreprocessingKey, JsonSerializer.Serialize(preprocessing));
        yield return new(HashModelContract.SummaryKey, JsonSerializer.Serialize(new
        {
            seed,
            device = device.ToString(),
            precision = computeType.ToString(),
            steps = outcome.Steps,
            seconds = Math.Round(outcome.Elapsed.TotalSeconds, 1),
            ending = outcome.Ending,
            validationMap = outcome.BestValidation?.Map,
            validationNdcg = outcome.BestValidation?.Ndcg,
            labelledRows = set.LabelledRows.Length,
            unlabelledRows = set.UnlabelledRows.Length,
            classes = set.Labels.Names,
        }));
    }
}
