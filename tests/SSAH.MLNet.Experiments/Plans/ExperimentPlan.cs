using SSAH.MLNet.BenchmarkData;

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

    /// <summary>Pixels that images are read at.</summary>
    public int Side { get; init; } = 32;

    /// <summary>Draws queries, labeled and unlabeled rows.</summary>
    public required Func<ImageSet, int, RetrievalSplit> Split { get; init; }

    /// <summary>Code length.</summary>
    public int Bits { get; init; } = 48;

    /// <summary>H-steps of every trained row.</summary>
    public int Steps { get; init; }

    /// <summary>Seeds of split and training when none are asked for.</summary>
    public int[] Seeds { get; init; } = [1];

    /// <summary>Queries that are also turned and covered in 81 ways; 0: none.</summary>
    public int RobustQueries { get; init; }

    /// <summary>What all rows share besides the defaults of the trainer; it is given the data folder.</summary>
    public Action<SsahTrainer.Options, string>? Configure { get; init; }

    /// <summary>The rows that it can run, in the order in which it runs them.</summary>
    public required IReadOnlyList<ExperimentRow> Rows { get; init; }

    /// <summary>Names of the rows that it runs when none are asked for; null: all.</summary>
    public string[]? DefaultRows { get; init; }

    /// <summary>The trainer's options for a row, without a seed.</summary>
    /// <param name="row">A row that is trained.</param>
    /// <param name="dataFolder">Folder of the data files and of backbones/.</param>
    public SsahTrainer.Options OptionsFor(ExperimentRow row, string dataFolder)
    {
        var options = new SsahTrainer.Options { Bits = Bits, Stopping = { MaxSteps = Steps } };
        Configure?.Invoke(options, dataFolder);
        row.Configure!(options);
        return options;
    }

    /// <summary>The rows to run.</summary>
    /// <param name="asked">Their names; null: the default ones.</param>
    /// <exception cref="FormatException">There is no such row.</exception>
    public IReadOnlyList<ExperimentRow> Choose(string[]? asked)
    {
        if (asked?.FirstOrDefault(id => Rows.All(row => row.Id != id)) is { } unknown)
            throw new FormatException($"{Name} has no row '{unknown}'; it has {string.Join(", ", Rows.Select(row => row.Id))}.");
        return (asked ?? DefaultRows) is { } chosen ? [.. Rows.Where(row => chosen.Contains(row.Id))] : Rows;
    }
}
