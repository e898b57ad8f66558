using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>What a model says of its own training; <see cref="HashEncoder.TrainingSummary"/> reads it from the model's metadata.</summary>
public sealed record HashTrainingSummary
{
    private static readonly JsonSerializerOptions s_json =
        new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter<TrainingStopReason>(JsonNamingPolicy.CamelCase) } };

    // Of a report nobody reads more digits.
    private static readonly JsonSerializerOptions s_short = new(JsonSerializerDefaults.Web) { Converters = { new FiveDigits() } };

    /// <summary>Seed of the training.</summary>
    public int Seed { get; init; }

    /// <summary>Where it ran: <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Device { get; init; } = "";

    /// <summary>Number type of the convolutions: <c>Float32</c> or <c>BFloat16</c>.</summary>
    public string Precision { get; init; } = "";

    /// <summary>H-steps.</summary>
    public int Steps { get; init; }

    /// <summary>Seconds from the first step to the last.</summary>
    public double Seconds { get; init; }

    /// <summary>Why it ended; null in models from before this was recorded.</summary>
    public TrainingStopReason? StopReason { get; init; }

    /// <summary>mAP of the encoder that was kept, on the validation rows; null without validation.</summary>
    public double? ValidationMap { get; init; }

    /// <summary>NDCG@100 of the encoder that was kept, on the validation rows; null without validation or where images have one label.</summary>
    public double? ValidationNdcg { get; init; }

    /// <summary>
    /// With frozen features: share of rows held out, 0 to 1, whose likeliest class the classifier sees as its teacher does; null if too few rows
    /// were there, and otherwise.
    /// </summary>
    public double? TeacherAgreement { get; init; }

    /// <summary>Labeled rows that were trained on.</summary>
    public int LabeledRows { get; init; }

    /// <summary>Unlabeled rows.</summary>
    public int UnlabeledRows { get; init; }

    /// <summary>Names of the classes; null if the label column had none.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>What seems wrong with the training or its codes, and what to do; empty where nothing does.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Reports of the training from first to last, at most 200 of them, to five digits; empty in models from before this was recorded.</summary>
    [JsonIgnore]
    public IReadOnlyList<SsahTrainingMetrics> History { get; init; } = [];

    /// <summary>The metadata entries that <see cref="Read"/> reads.</summary>
    internal IEnumerable<KeyValuePair<string, string>> ToMetadata() =>
    [
        new(HashModelContract.SummaryKey, JsonSerializer.Serialize(this, s_json)),
        new(HashModelContract.HistoryKey, JsonSerializer.Serialize(History, s_short)),
    ];

    /// <summary>The summary that a model's metadata has; null without one.</summary>
    /// <exception cref="DamagedFileException">The metadata is damaged.</exception>
    internal static HashTrainingSummary? Read(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(HashModelContract.SummaryKey, out string? text))
            return null;
        try
        {
            var summary = JsonSerializer.Deserialize<HashTrainingSummary>(text, s_json);
            return summary is null || !metadata.TryGetValue(HashModelContract.HistoryKey, out string? history)
                ? summary
                : summary with { History = JsonSerializer.Deserialize<SsahTrainingMetrics[]>(history, s_short) ?? [] };
        }
        catch (JsonException error)
        {
            throw new DamagedFileException(
                $"The hash model's metadata entries '{HashModelContract.SummaryKey}' and '{HashModelContract.HistoryKey}' cannot be read: "
                    + $"{error.Message}", error);
        }
    }

    private sealed class FiveDigits : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.ToString("G5", CultureInfo.InvariantCulture));
    }
}
