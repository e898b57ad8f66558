using SkiaSharp;

namespace SSAH.MLNet.Robustness;

/// <summary>Writes an image as a JPEG and reads it again. Values are rounded to whole numbers, as files hold them.</summary>
internal sealed class JpegTransform(int quality) : PlaneTransform
{
    private const int BytesPerPixel = 4;

    private static readonly ImageReadingOptions s_reading = new();

    public override void Apply(ReadOnlySpan<float> source, PixelShape shape, Span<float> target)
    {
        var info = new SKImageInfo(shape.Width, shape.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        byte[] pixels = ToPixels(source, shape);
        using SKImage image = SKImage.FromPixelCopy(info, pixels);
        using SKData file = image.Encode(SKEncodedImageFormat.Jpeg, quality)
            ?? throw new InvalidOperationException($"An image of {shape.Width} x {shape.Height} pixels could not be written as a JPEG.");
        var reader = new ImageReader(shape.Width, shape.Height, s_reading, interleaved: false);
        var planes = new byte[reader.Size];
        if (reader.Read(file.AsSpan(), planes) is { } reason)
            throw new InvalidOperationException($"An image of {shape.Width} x {shape.Height} pixels that was written as a JPEG cannot be read: {reason}.");
        if (shape.Channels == 1)
            GrayPixels.FromRgb(planes, planes.AsSpan(0, target.Length));
        for (int i = 0; i < target.Length; i++)
            target[i] = planes[i];
    }

    private static byte[] ToPixels(ReadOnlySpan<float> planes, PixelShape shape)
    {
        int plane = shape.Width * shape.Height;
        var pixels = new byte[plane * BytesPerPixel];
        for (int at = 0; at < plane; at++)
        {
            // A gray image has one plane for all three colors.
            for (int color = 0; color < 3; color++)
                pixels[at * BytesPerPixel + color] = (byte)Math.Clamp(MathF.Round(planes[color % shape.Channels * plane + at]), 0f, 255f);
            pixels[at * BytesPerPixel + 3] = byte.MaxValue;
        }
        return pixels;
    }
}
