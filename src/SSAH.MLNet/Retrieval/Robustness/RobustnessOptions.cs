using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet;

/// <summary>Which views of the queries <see cref="HashRetrievalCatalog.EvaluateRobustness"/> searches with, and by which conventions.</summary>
public sealed record RobustnessOptions
{
    /// <summary>
    /// The views of each query, one or more; <see cref="QueryView.Default"/> by default. The network runs once for each view of each query:
    /// <see cref="QueryView.OfFamilies"/> takes some families only, <see cref="QueryView.RotationsWithOcclusions"/> is the 81 views of a turned and
    /// covered query.
    /// </summary>
    public IReadOnlyList<QueryView> Views { get; init; } = QueryView.Default;

    /// <summary>What an unlabeled database row means. Default <see cref="UnlabeledRows.Exclude"/>.</summary>
    public UnlabeledRows UnlabeledDatabase { get; init; } = UnlabeledRows.Exclude;

    /// <summary>Whether query i is database row i, which is then left out of the ranking of each view of it. Default false.</summary>
    public bool ExcludeSameRow { get; init; }

    /// <summary>
    /// Threads that rank; 0 is one per processor. The figures do not depend on it. Default 0. Views are made and scored by as many threads as the
    /// encoder has <see cref="HashEncoder.Workers"/>.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>Receives the share that is done, 0 to 1, from any thread: up to 0.9 for the views, then the rankings. Default null.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        if (Views is not { Count: > 0 } || Views.Contains(null!))
            throw new ArgumentException($"{nameof(Views)}: there must be one view or more, and none that is null.");
        if (Threads < 0)
            throw new ArgumentException($"{nameof(Threads)}: {Threads} is negative; 0 is one per processor.");
        if (!Enum.IsDefined(UnlabeledDatabase))
            throw new ArgumentException($"{nameof(UnlabeledDatabase)}: {UnlabeledDatabase} is not one of its values.");
    }
}
