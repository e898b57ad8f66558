using Microsoft.Extensions.Caching.Memory;
using SkiaSharp;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Reports;

namespace SSAH.MLNet.Cli.Serve.Images;

/// <summary>Small images as JPEG files; the latest stay in memory.</summary>
internal sealed class Thumbnails : IDisposable
{
    /// <summary>Sides that there are: a tile and a view.</summary>
    public const int SmallSide = 256, LargeSide = 1024;

    private const int Quality = 85;
    private const long MemoryBytes = 32 << 20;
    private readonly MemoryCache _made = new(new MemoryCacheOptions { SizeLimit = MemoryBytes });

    /// <summary>The file of an image in one of the two sizes; null where its own file cannot be read any more.</summary>
    public byte[]? Get(CollectionImage image, int side)
    {
        (long Id, string ContentHash, int Side) key = (image.Id, image.ContentHash, side);
        if (_made.TryGetValue(key, out byte[]? made))
            return made;
        if (CollectionThumbnails.Read(image, side) is not { } pixels)
            return null;
        made = Encode(pixels);
        return _made.Set(key, made, new MemoryCacheEntryOptions { Size = made.Length });
    }

    public void Dispose() => _made.Dispose();

    private static byte[] Encode(ReportImage image)
    {
        var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        ReadOnlySpan<byte> rgb = image.Rgb.Span;
        byte[] rgba = new byte[info.BytesSize];
        for (int pixel = 0; pixel < rgba.Length / 4; pixel++)
        {
            rgb.Slice(pixel * 3, 3).CopyTo(rgba.AsSpan(pixel * 4));
            rgba[pixel * 4 + 3] = byte.MaxValue;
        }
        using SKImage pixels = SKImage.FromPixelCopy(info, rgba);
        using SKData data = pixels.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }
}
