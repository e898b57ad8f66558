namespace SSAH.MLNet.Reports.Charts;

/// <summary>Lines over a common axis.</summary>
/// <param name="Title">Caption of the chart.</param>
/// <param name="XName">Name of the horizontal axis.</param>
/// <param name="YName">Name of the vertical axis.</param>
/// <param name="Curves">The lines; a chart of several gets a legend.</param>
internal sealed record ReportChart(string Title, string XName, string YName, IReadOnlyList<ReportCurve> Curves)
{
    /// <summary>One sentence that says how to read it.</summary>
    public string Remark { get; init; } = "";

    /// <summary>Range of the horizontal axis; null fits it to the data.</summary>
    public (double Low, double High)? XRange { get; init; }

    /// <summary>Range of the vertical axis; null fits it to the data, from 0 where nothing is negative.</summary>
    public (double Low, double High)? YRange { get; init; }

    /// <summary>Whether only whole numbers make sense on the horizontal axis.</summary>
    public bool IsXWhole { get; init; }
}

/// <summary>A named line.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">Its points from left to right, finite numbers.</param>
internal sealed record ReportCurve(string Name, IReadOnlyList<(double X, double Y)> Points);
