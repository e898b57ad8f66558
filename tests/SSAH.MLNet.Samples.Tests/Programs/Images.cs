using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Samples.Tests.BenchmarkData;
using SkiaSharp;

namespace SSAH.MLNet.Samples.Tests.Programs;

/// <summary>Drawn images as files in folders of classes.</summary>
internal static class Images
{
    /// <summary>Writes images; those without a label lie in the top folder.</summary>
    public static void Write(TempFolder folder, string top, int perClass, double unlabeledShare)
    {
        var images = DrawnImages.Create(perClass, side: 32, seed: top.Length);
        for (var i = 0; i < images.Count; i++)
        {
            var isLabeled = i / images.ClassNames.Count >= perClass * unlabeledShare;
            var place = isLabeled ? $"{top}/{images.ClassNames[images.ClassOf(i)]}" : top;
            folder.Write($"{place}/{i:0000}.png", Png(images, i));
        }
    }

    private static byte[] Png(ImageSet images, int index)
    {
        var rgb = images.PixelsOf(index).ToArray();
        return EncodedImages.Png(images.Width, images.Height, (x, y) =>
        {
            var at = ((y * images.Width) + x) * 3;
            return new SKColor(rgb[at], rgb[at + 1], rgb[at + 2]);
        });
    }
}
