using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Reports;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>Small images for pages: whole, upright, as the encoder reads them.</summary>
internal static class CollectionThumbnails
{
    private const int LargestSide = 192;

    /// <summary>Reads an image of a collection; null where its file cannot be read any more.</summary>
    public static ReportImage? Read(CollectionImage image, int largestSide = LargestSide)
    {
        double scale = Math.Min(1, (double)largestSide / Math.Max(image.Width, image.Height));
        int width = Math.Max(1, (int)Math.Round(image.Width * scale)), height = Math.Max(1, (int)Math.Round(image.Height * scale));
        var context = new MLContext();
        IDataView view = context.Data.LoadImageFiles([image.Path], width, height,
            new ImageFilesOptions { Interleaved = true, OnBadImage = BadImagePolicy.Skip, Workers = 1 });
        byte[]? rgb = view.GetColumn<byte[]>("Pixels").FirstOrDefault();
        return rgb is null ? null : new ReportImage(width, height, rgb) { Label = string.Join(", ", image.Labels), Name = image.RelativePath };
    }
}
