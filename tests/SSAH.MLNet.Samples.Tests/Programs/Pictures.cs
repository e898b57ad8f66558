using SSAH.MLNet.Samples.Datasets;
using SSAH.MLNet.Samples.Tests.Datasets;
using SkiaSharp;

namespace SSAH.MLNet.Samples.Tests.Programs;

/// <summary>Drawn pictures as files in folders of classes.</summary>
internal static class Pictures
{
    /// <summary>Writes pictures; those without a label lie in the top folder.</summary>
    public static void Write(TempFolder folder, string top, int perClass, double unlabelledShare)
    {
        var images = DrawnImages.Create(perClass, side: 32, seed: top.Length);
        for (var i = 0; i < images.Count; i++)
        {
            var isLabelled = i / images.ClassNames.Count >= perClass * unlabelledShare;
            var place = isLabelled ? $"{top}/{images.ClassNames[images.ClassOf(i)]}" : top;
            folder.Write($"{place}/{i:0000}.png", Png(images, i));
        }
    }

    private static byte[] Png(ImageSet images, int index)
    {
        var rgb = images.PixelsOf(index).ToArray();
        return EncodedPictures.Png(images.Width, images.Height, (x, y) =>
        {
            var at = ((y * images.Width) + x) * 3;
            return new SKColor(rgb[at], rgb[at + 1], rgb[at + 2]);
        });
    }
}
