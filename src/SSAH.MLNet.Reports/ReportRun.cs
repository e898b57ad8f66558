using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Reports;

/// <summary>One run of a comparison: its name and its figures.</summary>
/// <param name="Name">Name of the run in the table and in the charts.</param>
/// <param name="Metrics">Its figures, as <c>mlContext.HashRetrieval.Evaluate</c> gives them.</param>
public sealed record ReportRun(string Name, HammingRetrievalMetrics Metrics)
{
    /// <summary>A few words about the run, shown below its name.</summary>
    public string Remark { get; init; } = "";

    /// <summary>How long its training took; null if that is not known.</summary>
    public TimeSpan? TrainingTime { get; init; }
}
