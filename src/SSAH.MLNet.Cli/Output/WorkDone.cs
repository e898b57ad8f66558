namespace SSAH.MLNet.Cli.Output;

/// <summary>How far long work is.</summary>
/// <param name="Done">What is done.</param>
/// <param name="Total">What there is to do; 0 while nobody knows.</param>
/// <param name="Unit">What is counted, where it is something else than before.</param>
internal readonly record struct WorkDone(long Done, long Total, string? Unit = null);

/// <summary>For <c>--quiet</c>.</summary>
internal sealed class NoProgress : IProgress<WorkDone>
{
    public static NoProgress Instance { get; } = new();

    public void Report(WorkDone value)
    {
    }
}
