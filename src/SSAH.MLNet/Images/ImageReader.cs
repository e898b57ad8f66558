using SkiaSharp;

namespace SSAH.MLNet;

/// <summary>
/// Turns encoded images (JPEG, PNG, WebP, GIF, BMP, ICO; told by their content) into RGB bytes of one size: turned upright, in sRGB, on the
/// background where they are transparent, scaled so that they cover the size, both ends cut off, or stretched to it. An animation gives its first
/// frame. For any number of threads.
/// </summary>
/// <param name="width">Width of the result in pixels.</param>
/// <param name="height">Height of the result in pixels.</param>
/// <param name="options">Limits and background.</param>
/// <param name="interleaved">Whether the result is [H,W,3] (the default) or [3,H,W].</param>
/// <param name="resizing">Whether an image covers the size or is stretched to it.</param>
internal sealed class ImageReader(int width, int height, ImageReadingOptions options, bool interleaved = true, ImageResizing resizing = ImageResizing.Cover)
{
    private const int MaxShrink = 8;

    // Of a JPEG that is decoded at a fraction, only time grows with the pixels of its header.
    private const int ShrunkPixels = 4;
    private readonly SKColorSpace _srgb = SKColorSpace.CreateSrgb();

    /// <summary>Number of bytes of a result, <c>height * width * 3</c>.</summary>
    public int Size => checked(height * width * 3);

    /// <summary>Reads an image file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="rgb">Takes <see cref="Size"/> bytes; undefined when there is a reason.</param>
    /// <returns>What is wrong with the file, or null when the pixels are written.</returns>
    public string? Read(string path, Span<byte> rgb)
    {
        using var bytes = new EncodedBytes();
        return bytes.Read(path, options.MaxBytes) ?? Read(bytes.Span, rgb);
    }

    /// <summary>Reads the image that a stream holds from its position to its end.</summary>
    /// <param name="stream">The stream; it is not closed.</param>
    /// <param name="rgb">Takes <see cref="Size"/> bytes; undefined when there is a reason.</param>
    /// <returns>What is wrong with the image, or null when the pixels are written.</returns>
    public string? Read(Stream stream, Span<byte> rgb)
    {
        using var bytes = new EncodedBytes();
        return bytes.Read(stream, options.MaxBytes) ?? Read(bytes.Span, rgb);
    }

    /// <summary>Reads an encoded image.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="rgb">Takes <see cref="Size"/> bytes; undefined when there is a reason.</param>
    /// <returns>What is wrong with the image, or null when the pixels are written.</returns>
    public string? Read(ReadOnlySpan<byte> encoded, Span<byte> rgb) => Read(encoded, rgb, out _);

    /// <summary>Reads an encoded image and says how large it is.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="rgb">Takes <see cref="Size"/> bytes; undefined when there is a reason.</param>
    /// <param name="upright">Width and height in pixels of the image as viewers show it; 0 where its header cannot be read.</param>
    /// <returns>What is wrong with the image, or null when the pixels are written.</returns>
    public unsafe string? Read(ReadOnlySpan<byte> encoded, Span<byte> rgb, out (int Width, int Height) upright)
    {
        upright = default;
        if (rgb.Length != Size)
            throw new ArgumentException($"An image of {width} x {height} takes {Size} bytes, not {rgb.Length}.", nameof(rgb));
        if (encoded.Length > options.MaxBytes)
            return EncodedBytes.OverMaxBytes(options.MaxBytes);
        if (encoded.IsEmpty)
            return "it is empty";
        fixed (byte* start = encoded)
        {
            using SKData data = SKData.Create((nint)start, encoded.Length);
            using SKCodec? codec = SKCodec.Create(data);
            if (codec is null)
                return "it is not an image in a known format";
            SKImageInfo info = codec.Info;
            SKEncodedOrigin origin = codec.EncodedFormat == SKEncodedImageFormat.Png ? PngOrientation.Of(encoded) : codec.EncodedOrigin;
            var placement = PixelPlacement.Of(origin, width, height, interleaved);
            int shrink = ShrinkOf(codec, placement);
            if (IsTooLarge(info.Size, shrink, encoded))
                return $"its header says {info.Width} x {info.Height} pixels, over the limit of {options.MaxPixels} (option MaxPixels)";
            upright = PixelPlacement.SwapsSides(origin) ? (info.Height, info.Width) : (info.Width, info.Height);
            return Read(codec, placement, shrink, encoded, rgb);
        }
    }

    private bool IsTooLarge(SKSizeI size, int shrink, ReadOnlySpan<byte> encoded)
    {
        long pixels = (long)size.Width * size.Height;
        if (size.Width <= 0 || size.Height <= 0)
            return true;
        return pixels > options.MaxPixels
            && (pixels / (shrink * shrink) > options.MaxPixels || pixels / ShrunkPixels > options.MaxPixels || !JpegScans.IsOne(encoded));
    }

    private string? Read(SKCodec codec, PixelPlacement placement, int shrink, ReadOnlySpan<byte> encoded, Span<byte> rgb)
    {
        SKSizeI stored = shrink == 1 ? codec.Info.Size : codec.GetScaledDimensions(1f / shrink);
        var info = new SKImageInfo(stored.Width, stored.Height, SKColorType.Rgba8888, SKAlphaType.Premul, _srgb);
        using var buffer = new PixelBuffer(checked((int)info.BytesSize64));
        Span<byte> pixels = buffer.Span;
        SKCodecResult result = Decode(codec, info, pixels);
        if (result == SKCodecResult.IncompleteInput && codec.EncodedFormat == SKEncodedImageFormat.Jpeg && JpegEnding.IsMissingOnly(encoded, info, pixels))
            result = SKCodecResult.Success;
        // Skia hands half an image over with a mere hint; half an image is no training example.
        if (result != SKCodecResult.Success)
            return result == SKCodecResult.IncompleteInput ? "it ends within the image" : $"it cannot be decoded ({result})";
        var image = new DecodedPixels(pixels, stored.Width, codec.Info.Width / shrink, codec.Info.Height / shrink,
            codec.Info.AlphaType == SKAlphaType.Opaque);
        ImageResampler.Resample(image, placement, resizing, options.Background, rgb);
        return null;
    }

    // Only the JPEG decoder saves work by decoding at a half, a quarter or an eighth, each pixel the mean of those it stands for.
    private static int ShrinkOf(SKCodec codec, PixelPlacement placement)
    {
        if (codec.EncodedFormat != SKEncodedImageFormat.Jpeg)
            return 1;
        int shrink = MaxShrink;
        while (shrink > 1 && (codec.Info.Width / shrink < placement.Width || codec.Info.Height / shrink < placement.Height))
            shrink /= 2;
        return shrink;
    }

    internal static unsafe SKCodecResult Decode(SKCodec codec, SKImageInfo info, Span<byte> pixels)
    {
        fixed (byte* start = pixels)
            return codec.GetPixels(info, (nint)start);
    }
}
