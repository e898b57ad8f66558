using SSAH.MLNet.Samples.Datasets;

namespace SSAH.MLNet.Experiments;

/// <summary>Rows that are compared under the same data, split, code length and number of steps.</summary>
internal sealed record ExperimentPlan
{
    /// <summary>Name on the command line and in docs/results.</summary>
    public required string Name { get; init; }

    /// <summary>What it shows, above the table.</summary>
    public required string Title { get; init; }

    /// <summary>File in the data folder.</summary>
    public required string DataFile { get; init; }

    /// <summary>Pixels that pictures are read at.</summary>
    public int Side { get; init; } = 32;

    /// <summary>Draws queries, labelled and unlabelled rows.</summary>
    public required Func<ImageSet, int, RetrievalSplit> Split { get; init; }

    /// <summary>Code length.</summary>
    public int Bits { get; init; } = 48;

    /// <summary>H-steps of every trained row.</summary>
    public int Steps { get; init; }

    /// <summary>Seeds of split and training when none are asked for.</summary>
    public int[] Seeds { get; init; } = [1];

    /// <summary>What all rows share besides the defaults of the trainer.</summary>
    public Action<SsahTrainer.Options, ExperimentData>? Configure { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<ExperimentRow> Rows { get; init; }
}
