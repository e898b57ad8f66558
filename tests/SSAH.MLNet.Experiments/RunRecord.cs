using System.Text.Json;

namespace SSAH.MLNet.Experiments;

/// <summary>What one run gave: a file of JSON, from which the tables are made.</summary>
internal sealed record RunRecord
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    public required string Experiment { get; init; }

    public required string Row { get; init; }

    public required string Title { get; init; }

    public required string Protocol { get; init; }

    public required int Seed { get; init; }

    public required int Bits { get; init; }

    /// <summary>H-steps; 0 for a baseline.</summary>
    public required int Steps { get; init; }

    public required double TrainingSeconds { get; init; }

    /// <summary>Threads that the training computed with (OMP_NUM_THREADS); null for a baseline.</summary>
    public int? Threads { get; init; }

    /// <summary>Number type of the convolutions; null for a baseline and in records from before 2026-11-26.</summary>
    public string? Precision { get; init; }

    /// <summary>What it was trained on; this and what follows up to the memory is null for a baseline and in older records.</summary>
    public string? Device { get; init; }

    /// <summary>Version of NVIDIA's driver; null on the CPU.</summary>
    public string? Driver { get; init; }

    public string? Libtorch { get; init; }

    /// <summary>Version of CUDA; null on the CPU.</summary>
    public string? Cuda { get; init; }

    /// <summary>Milliseconds of a step and of its phases, a GPU waited for around each: means over every hundredth step.</summary>
    public IReadOnlyDictionary<string, double>? StepMilliseconds { get; init; }

    /// <summary>The most memory in MB, less what was used before the training: of the process on the CPU, of the device on a GPU.</summary>
    public double? PeakMemoryMegabytes { get; init; }

    public required double MeanAveragePrecision { get; init; }

    public required double WorstOrder { get; init; }

    public required double BestOrder { get; init; }

    public required double? StableOrder { get; init; }

    public required double PrecisionAt100 { get; init; }

    /// <summary>NDCG@100; null with one label an image.</summary>
    public required double? NdcgAt100 { get; init; }

    /// <summary>What is left of queries that are turned and covered; null where the plan does not ask.</summary>
    public RobustFigures? Robust { get; init; }

    /// <summary>Mean d(x~) - d(x) and margin mu over the last tenth of the training.</summary>
    public double? FinalGap { get; init; }

    public double? FinalMargin { get; init; }

    public double? FinalArea { get; init; }

    public required string Machine { get; init; }

    public required string Date { get; init; }

    public required string Command { get; init; }

    /// <summary>What the program was built from, changes that were not committed aside; null in records from before 2026-11-26.</summary>
    public string? Commit { get; init; }

    /// <summary>The trainer's options as the model's metadata has them.</summary>
    public JsonElement? Options { get; init; }

    public static RunRecord Load(string path) => JsonSerializer.Deserialize<RunRecord>(File.ReadAllText(path))!;

    public void Save(string path) => AtomicFile.Write(path, file => JsonSerializer.Serialize(file, this, s_json));
}

/// <summary>Queries under views.</summary>
/// <param name="Queries">How many.</param>
/// <param name="Views">Views of each.</param>
/// <param name="Clean">mAP of the queries as they are, ties averaged.</param>
/// <param name="Mean">Mean mAP of the views.</param>
/// <param name="WorstView">Mean over the queries of the AP of each one's worst view.</param>
internal sealed record RobustFigures(int Queries, int Views, double Clean, double Mean, double WorstView);
