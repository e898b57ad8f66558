using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>The images below a folder, without reading any of them.</summary>
internal static class ImageList
{
    /// <summary>Full paths in ordinal order; hidden folders are passed over.</summary>
    public static IReadOnlyList<string> Below(string folder) => [.. new MLContext().Data.LoadImageFolder(folder, 1, 1).GetColumn<string>("ImagePath")];
}
