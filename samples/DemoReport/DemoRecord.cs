using System.Text.Json;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>What the training program leaves for the reporting program: one JSON file beside the split and the models.</summary>
internal sealed record DemoRecord
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Path of the images; null where they were drawn.</summary>
    public required string? Data { get; init; }

    public required int Side { get; init; }

    public required int Seed { get; init; }

    public required int Bits { get; init; }

    /// <summary>The trained models, the one to show first.</summary>
    public required IReadOnlyList<TrainedModel> Models { get; init; }

    public static string SplitFile(string folder) => Path.Combine(folder, "split.txt");

    public static DemoRecord Load(string folder)
    {
        var path = Path.Combine(folder, "demo.json");
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} is missing: train first, with samples/Demo or ./build.sh demo.", path);
        return JsonSerializer.Deserialize<DemoRecord>(File.ReadAllText(path)) ?? throw new InvalidDataException($"{path} is empty: train again.");
    }

    public void Save(string folder) => File.WriteAllText(Path.Combine(folder, "demo.json"), JsonSerializer.Serialize(this, Indented));
}

/// <summary>One trained model: what it is, and the names of its files in the demo's folder.</summary>
internal sealed record TrainedModel(string Name, string Remark, string ModelFile, string CurvesFile, double Seconds, int Steps);

/// <summary>One line of a curves file: the means of a stretch of training, by the names of SsahTrainingMetrics.</summary>
internal sealed record LearningPoint
{
    public int Step { get; init; }

    public double Epoch { get; init; }

    public double SimilarityLoss { get; init; }

    public double ClassificationLoss { get; init; }

    public double QuantizationLoss { get; init; }

    public double AdversarialLoss { get; init; }

    public double ConsistentLoss { get; init; }

    public double HardDifficulty { get; init; }

    public double EasyDifficulty { get; init; }

    public double Margin { get; init; }

    public double OccludedArea { get; init; }

    public double MeanAngleDegrees { get; init; }

    public double ImagesPerSecond { get; init; }

    public double ConfidentShare { get; init; }

    public static IReadOnlyList<LearningPoint> Load(string path) =>
        [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<LearningPoint>(line)!)];
}
