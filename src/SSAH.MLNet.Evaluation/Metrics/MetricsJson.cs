using System.Text.Json;
using System.Text.Json.Serialization;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Evaluation;

/// <summary>JSON of the metrics, by generated code: no reflection, so it works in trimmed and native programs.</summary>
internal static class MetricsJson
{
    public static string Write(HammingRetrievalMetrics metrics) =>
        JsonSerializer.Serialize(metrics, MetricsJsonContext.Default.HammingRetrievalMetrics);

    public static HammingRetrievalMetrics Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return JsonSerializer.Deserialize(json, MetricsJsonContext.Default.HammingRetrievalMetrics)
                ?? throw new DamagedFileException("The retrieval metrics are the JSON value null.");
        }
        catch (JsonException error)
        {
            throw new DamagedFileException($"This is not JSON of retrieval metrics: {error.Message}", error);
        }
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(HammingRetrievalMetrics))]
internal sealed partial class MetricsJsonContext : JsonSerializerContext;
