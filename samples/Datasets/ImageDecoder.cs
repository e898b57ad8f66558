using System.Runtime.InteropServices;
using SkiaSharp;

namespace SSAH.MLNet.Samples.Datasets;

/// <summary>Turns an encoded image (JPEG, PNG, BMP, GIF, WebP) into RGB bytes of a given size.</summary>
public static class ImageDecoder
{
    /// <summary>Larger images are refused: a PNG of 100 bytes can ask for gigabytes.</summary>
    public const long MaxPixels = 100_000_000;

    private static readonly HashSet<string> Extensions =
        new(StringComparer.OrdinalIgnoreCase) { ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp" };

    /// <summary>True when the file's name says that it is an image.</summary>
    public static bool IsImageName(string path) => Extensions.Contains(Path.GetExtension(path));

    /// <summary>
    /// Decodes, cuts the center out at the wanted proportions, and scales it.
    /// </summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="width">Wanted pixels a row.</param>
    /// <param name="height">Wanted rows.</param>
    /// <param name="rgb">Receives height x width x 3 bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no whole image, or one beyond <see cref="MaxPixels"/>.</exception>
    public static void Decode(ReadOnlySpan<byte> encoded, int width, int height, Span<byte> rgb)
    {
        if (rgb.Length != width * height * 3)
            throw new ArgumentException($"Needs room for {width * height * 3} bytes, not {rgb.Length}.", nameof(rgb));
        using var data = SKData.CreateCopy(encoded);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException("not an image that can be decoded");
        if ((long)codec.Info.Width * codec.Info.Height > MaxPixels)
            throw new InvalidDataException($"{codec.Info.Width} x {codec.Info.Height} pixels are more than {MaxPixels:N0}");

        // A JPEG can be decoded at an eighth to seven eighths of its size, which large photographs are quicker for.
        var share = Math.Max((float)width / codec.Info.Width, (float)height / codec.Info.Height);
        var size = share < 1 ? codec.GetScaledDimensions(share) : codec.Info.Size;
        if (size.Width < width || size.Height < height)
            size = codec.Info.Size;
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        using var bitmap = new SKBitmap(info);
        var result = codec.GetPixels(info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
            throw new InvalidDataException($"the image cannot be decoded ({result})");

        if (size.Width == width && size.Height == height && codec.Info.AlphaType == SKAlphaType.Opaque)
            CopyRgb(bitmap, rgb);
        else
            CopyScaled(bitmap, width, height, rgb);
    }

    private static void CopyScaled(SKBitmap bitmap, int width, int height, Span<byte> rgb)
    {
        using var scaled = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        using var canvas = new SKCanvas(scaled);
        using var paint = new SKPaint { FilterQuality = SKFilterQuality.Medium, IsAntialias = true };
        canvas.Clear(SKColors.White);
        canvas.DrawBitmap(bitmap, CenterOf(bitmap, (float)width / height), new SKRect(0, 0, width, height), paint);
        canvas.Flush();
        CopyRgb(scaled, rgb);
    }

    private static SKRect CenterOf(SKBitmap bitmap, float proportion)
    {
        var width = Math.Min(bitmap.Width, bitmap.Height * proportion);
        var height = Math.Min(bitmap.Height, bitmap.Width / proportion);
        return SKRect.Create((bitmap.Width - width) / 2, (bitmap.Height - height) / 2, width, height);
    }

    internal static void CopyRgb(SKBitmap bitmap, Span<byte> rgb)
    {
        var rgba = MemoryMarshal.Cast<byte, uint>(bitmap.GetPixelSpan());
        for (int pixel = 0, target = 0; pixel < rgba.Length; pixel++, target += 3)
        {
            var value = rgba[pixel];
            rgb[target] = (byte)value;
            rgb[target + 1] = (byte)(value >> 8);
            rgb[target + 2] = (byte)(value >> 16);
        }
    }
}
