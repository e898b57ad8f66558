using System.Runtime.InteropServices;
using SkiaSharp;

namespace SSAH.MLNet.Benchmarks;

/// <summary>JPEG files with detail of every size, as photographs have it.</summary>
internal static class DrawnPhotos
{
    private const int Quality = 90;

    /// <summary>Writes files of one size, each with other content, and returns their paths.</summary>
    public static string[] Write(string folder, int count, int width, int height)
    {
        var paths = new string[count];
        for (int i = 0; i < count; i++)
        {
            paths[i] = Path.Combine(folder, $"{i:000}.jpg");
            using SKBitmap photo = Draw(new Random(i), width, height);
            using FileStream file = File.Create(paths[i]);
            photo.Encode(file, SKEncodedImageFormat.Jpeg, Quality);
        }
        return paths;
    }

    // Noise of all scales, one over the other; the finest is grain.
    private static SKBitmap Draw(Random random, int width, int height)
    {
        var photo = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(photo);
        for (int cells = 4; cells <= width; cells *= 4)
        {
            using SKBitmap noise = Noise(random, cells, Math.Max(1, cells * height / width));
            using var paint = new SKPaint { FilterQuality = SKFilterQuality.High,
                Color = SKColors.White.WithAlpha((byte)(cells == 4 ? 255 : cells * 4 > width ? 30 : 90)) };
            canvas.DrawBitmap(noise, new SKRect(0, 0, width, height), paint);
        }
        canvas.Flush();
        return photo;
    }

    private static SKBitmap Noise(Random random, int width, int height)
    {
        var pixels = new byte[width * height * 4];
        random.NextBytes(pixels);
        for (int alpha = 3; alpha < pixels.Length; alpha += 4)
            pixels[alpha] = 255;
        var noise = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Marshal.Copy(pixels, 0, noise.GetPixels(), pixels.Length);
        return noise;
    }
}
