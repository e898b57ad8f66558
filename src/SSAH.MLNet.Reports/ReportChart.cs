using SSAH.MLNet.Reports.Charts;

namespace SSAH.MLNet.Reports;

/// <summary>Lines over a common axis.</summary>
/// <param name="Title">Caption of the chart.</param>
/// <param name="XName">Name of the horizontal axis.</param>
/// <param name="YName">Name of the vertical axis.</param>
/// <param name="Curves">The lines; a chart of several gets a legend.</param>
public sealed record ReportChart(string Title, string XName, string YName, IReadOnlyList<ReportCurve> Curves)
{
    /// <summary>One sentence that says how to read it.</summary>
    public string Remark { get; init; } = "";

    /// <summary>Range of the horizontal axis; null fits it to the data.</summary>
    public (double Low, double High)? XRange { get; init; }

    /// <summary>Range of the vertical axis; null fits it to the data, from 0 where nothing is negative.</summary>
    public (double Low, double High)? YRange { get; init; }

    /// <summary>Whether only whole numbers make sense on the horizontal axis.</summary>
    public bool IsXWhole { get; init; }

    /// <summary>Charts of a training: the loss terms that were used and, where there were hard samples, how their difficulty, area and angle followed the hash network.</summary>
    /// <param name="summary">What the encoder says of its training, <see cref="HashEncoder.TrainingSummary"/>.</param>
    /// <returns>The charts, for <see cref="RetrievalReport.Learning"/>; none where the model has no history.</returns>
    public static IReadOnlyList<ReportChart> OfTraining(HashTrainingSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        return LearningCharts.Of(summary.History);
    }
}

/// <summary>A named line.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">Its points from left to right, finite numbers.</param>
public sealed record ReportCurve(string Name, IReadOnlyList<(double X, double Y)> Points);
