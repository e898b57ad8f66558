using SkiaSharp;

namespace SSAH.MLNet;

/// <summary>Decodes one image file into RGB bytes of a fixed size.</summary>
internal sealed class ImageFileDecoder(int width, int height, ImageFolderOptions options)
{
    /// <summary>Decodes, scales so that the image covers the size, and cuts off both ends: ML.NET's <c>ResizingKind.IsoCrop</c>.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="pixels">Takes <c>height * width * 3</c> bytes, interleaved or planar as the options say.</param>
    /// <returns>What is wrong with the file, or null when the pixels are written.</returns>
    public string? Decode(string path, Span<byte> pixels)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using SKCodec? codec = SKCodec.Create(file);
            if (codec is null)
                return "it is not an image in a known format";
            SKImageInfo info = codec.Info;
            if (info.Width <= 0 || info.Height <= 0 || (long)info.Width * info.Height > options.MaxPixels)
                return $"its header says {info.Width} x {info.Height} pixels, over the limit of {options.MaxPixels} (ImageFolderOptions.MaxPixels)";
            using SKBitmap whole = new(info.WithColorType(SKColorType.Rgba8888));
            // Skia hands half an image over with a mere hint; half an image is no training example.
            SKCodecResult result = codec.GetPixels(whole.Info, whole.GetPixels());
            if (result != SKCodecResult.Success)
                return result == SKCodecResult.IncompleteInput ? "it ends within the image" : $"it cannot be decoded ({result})";
            using SKBitmap cropped = CoverAndCrop(whole);
            CopyRgb(cropped.GetPixelSpan(), pixels);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    private SKBitmap CoverAndCrop(SKBitmap whole)
    {
        var cropped = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(cropped);
        using var paint = new SKPaint { FilterQuality = SKFilterQuality.High };
        canvas.Clear(SKColors.Black);
        float scale = Math.Max((float)width / whole.Width, (float)height / whole.Height);
        int left = (int)((width - whole.Width * scale) / 2);
        int top = (int)((height - whole.Height * scale) / 2);
        canvas.DrawBitmap(whole, SKRect.Create(left, top, (int)(whole.Width * scale), (int)(whole.Height * scale)), paint);
        canvas.Flush();
        return cropped;
    }

    private void CopyRgb(ReadOnlySpan<byte> rgba, Span<byte> pixels)
    {
        int count = width * height;
        (int pixelStep, int colorStep) = options.Interleaved ? (3, 1) : (1, count);
        for (int pixel = 0; pixel < count; pixel++)
            for (int color = 0; color < 3; color++)
                pixels[pixel * pixelStep + color * colorStep] = rgba[pixel * 4 + color];
    }
}
