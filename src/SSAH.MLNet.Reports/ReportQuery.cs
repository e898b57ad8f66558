namespace SSAH.MLNet.Reports;

/// <summary>An image of a page.</summary>
/// <param name="Width">Pixels in a row, 1 or more.</param>
/// <param name="Height">Rows of pixels, 1 or more.</param>
/// <param name="Rgb">Red, green and blue of each pixel, <c>Height x Width x 3</c> bytes.</param>
public sealed record ReportImage(int Width, int Height, ReadOnlyMemory<byte> Rgb)
{
    /// <summary>The labels of the image as text; empty if it has none.</summary>
    public string Label { get; init; } = "";

    /// <summary>Name of the file, shown as a tooltip; empty if it has none.</summary>
    public string Name { get; init; } = "";
}

/// <summary>A query and its nearest images.</summary>
/// <param name="Image">The query.</param>
/// <param name="Nearest">What was found, nearest first.</param>
public sealed record ReportQuery(ReportImage Image, IReadOnlyList<ReportNeighbor> Nearest);

/// <summary>One found image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Distance">Its Hamming distance to the query, in bits.</param>
/// <param name="IsRelevant">Whether it shares a label with the query.</param>
public sealed record ReportNeighbor(ReportImage Image, int Distance, bool IsRelevant);
