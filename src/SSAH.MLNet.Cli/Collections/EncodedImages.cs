using Microsoft.ML;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>Images that need not be in a collection, and their codes.</summary>
/// <param name="Paths">Full paths.</param>
/// <param name="Codes">A code for each.</param>
/// <param name="Skipped">Files that cannot be read.</param>
internal sealed record EncodedImages(IReadOnlyList<string> Paths, BinaryCodes Codes, IReadOnlyList<SkippedImage> Skipped)
{
    /// <summary>Encodes all images below a folder.</summary>
    public static EncodedImages OfFolder(string folder, HashEncoder encoder, CancellationToken cancellation)
    {
        var context = new MLContext();
        ImageFiles images = context.Data.LoadImageFolder(folder, encoder, new ImageFilesOptions { OnBadImage = BadImagePolicy.Skip });
        IDataView rows = context.Data.Cache(encoder.Transform(images), "ImagePath", encoder.OutputColumnName);
        BinaryCodes codes = context.HashRetrieval.ReadCodes(rows, encoder.OutputColumnName, cancellation);
        return new EncodedImages([.. Microsoft.ML.Data.ColumnCursorExtensions.GetColumn<string>(rows, "ImagePath")], codes, images.Skipped);
    }
}
