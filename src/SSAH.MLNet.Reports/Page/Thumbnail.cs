using System.Runtime.InteropServices;
using SkiaSharp;

namespace SSAH.MLNet.Reports.Page;

/// <summary>Shrinks an image and writes it as a <c>data:</c> URI.</summary>
internal static class Thumbnail
{
    /// <summary>Sides above this are scaled down to it: about what a page shows, at one and a half times its pixels.</summary>
    private const int LargestSide = 128;

    /// <summary>Images up to this side are shown with sharp pixels and stored losslessly.</summary>
    private const int LargestTinySide = 48;
    private const int JpegQuality = 85;

    /// <summary>Whether the image is so small that enlarging it smoothly would blur it.</summary>
    public static bool IsTiny(ReportImage image) => Math.Max(image.Width, image.Height) <= LargestTinySide;

    /// <exception cref="ArgumentException">The bytes do not fit the size.</exception>
    public static string DataUri(ReportImage image)
    {
        if (image.Width < 1 || image.Height < 1 || image.Rgb.Length != (long)image.Width * image.Height * 3)
            throw new ArgumentException($"An image of {image.Width} x {image.Height} pixels has {image.Rgb.Length} bytes instead of 3 a pixel.", nameof(image));
        using SKBitmap bitmap = ToBitmap(image);
        double scale = (double)LargestSide / Math.Max(image.Width, image.Height);
        using SKBitmap? smaller = scale < 1 ? bitmap.Resize(SizeOf(image, scale), SKFilterQuality.High) : null;
        (SKEncodedImageFormat format, string type) = IsTiny(image) ? (SKEncodedImageFormat.Png, "png") : (SKEncodedImageFormat.Jpeg, "jpeg");
        using SKData data = (smaller ?? bitmap).Encode(format, JpegQuality);
        return $"data:image/{type};base64," + Convert.ToBase64String(data.AsSpan());
    }

    private static SKImageInfo SizeOf(ReportImage image, double scale) =>
        new(Math.Max(1, (int)Math.Round(image.Width * scale)), Math.Max(1, (int)Math.Round(image.Height * scale)), SKColorType.Rgba8888, SKAlphaType.Opaque);

    private static SKBitmap ToBitmap(ReportImage image)
    {
        var bitmap = new SKBitmap(SizeOf(image, 1));
        ReadOnlySpan<byte> rgb = image.Rgb.Span;
        byte[] rgba = new byte[image.Width * image.Height * 4];
        for (int pixel = 0; pixel < rgba.Length / 4; pixel++)
        {
            rgb.Slice(pixel * 3, 3).CopyTo(rgba.AsSpan(pixel * 4));
            rgba[pixel * 4 + 3] = byte.MaxValue;
        }
        Marshal.Copy(rgba, 0, bitmap.GetPixels(), rgba.Length);
        return bitmap;
    }
}
