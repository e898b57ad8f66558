namespace SSAH.MLNet.Evaluation;

/// <summary>By which conventions rankings are compared.</summary>
public sealed record ComparisonOptions
{
    /// <summary>The k of precision@k, 1 or more; 10 by default.</summary>
    public int Cutoff
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Cutoff), value, "The cutoff is 1 or more.");
    } = 10;

    /// <summary>Whether query i is database row i, which is then left out of its own ranking. False by default.</summary>
    public bool ExcludeSameRow { get; init; }

    /// <summary>Names of the classes that had labels in training; with them, queries of the other classes are reported apart. Null by default.</summary>
    public IReadOnlyCollection<string>? LabeledClasses { get; init; }

    /// <summary>Threads, 0 for one on each processor (the default). The figures do not depend on it.</summary>
    public int Threads
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(Threads), value, "The number of threads is 0 or more.");
    }

    /// <summary>Receives the name of each ranking that is done. Null by default.</summary>
    public IProgress<string>? Progress { get; init; }
}
