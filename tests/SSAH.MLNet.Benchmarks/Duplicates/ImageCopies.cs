using SkiaSharp;

namespace SSAH.MLNet.Benchmarks.Duplicates;

/// <summary>What people do to images: each makes a copy of an opaque image as the bytes of a file.</summary>
internal sealed record ImageCopies(string Name, string Ending, Func<SKBitmap, Random, SKBitmap> Change, bool IsJpeg = false)
{
    private const int JpegQuality = 40;
    private const double CutShare = 0.1, CaptionShare = 0.12;

    // SUMMER in letters of 5 x 7 dots, row by row: a machine without fonts writes it too.
    private static readonly long[] s_caption =
    [
        0b01111_10000_10000_01110_00001_00001_11110, 0b10001_10001_10001_10001_10001_10001_01110, 0b10001_11011_10101_10101_10001_10001_10001,
        0b10001_11011_10101_10101_10001_10001_10001, 0b11111_10000_10000_11110_10000_10000_11111, 0b11110_10001_10001_11110_10100_10010_10001,
    ];

    public static ImageCopies[] All { get; } =
    [
        new("half", ".png", (image, _) => Scaled(image, 0.5)),
        new("quarter", ".png", (image, _) => Scaled(image, 0.25)),
        new("jpeg40", ".jpg", (image, _) => image.Copy(), IsJpeg: true),
        new("cropped", ".png", Cropped),
        new("brightened", ".png", (image, _) => Brightened(image)),
        new("captioned", ".png", (image, _) => Captioned(image)),
        new("mirrored", ".png", (image, _) => Drawn(image.Width, image.Height, image, canvas => canvas.Scale(-1, 1, image.Width / 2f, 0))),
        new("turned", ".png", (image, _) => Drawn(image.Height, image.Width, image, canvas =>
        {
            canvas.Translate(image.Height, 0);
            canvas.RotateDegrees(90);
        })),
    ];

    /// <summary>The copy as a file.</summary>
    /// <param name="image">The image, on white.</param>
    /// <param name="seed">Says where to crop.</param>
    public byte[] Encode(SKBitmap image, int seed)
    {
        using SKBitmap copy = Change(image, new Random(seed));
        using SKData data = IsJpeg ? copy.Encode(SKEncodedImageFormat.Jpeg, JpegQuality) : copy.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>Decodes a file and puts it on white, so that nobody is judged by what it makes of transparency; null where it cannot be decoded.</summary>
    public static SKBitmap? OnWhite(string path)
    {
        using SKBitmap? decoded = SKBitmap.Decode(path);
        return decoded is null ? null : Drawn(decoded.Width, decoded.Height, decoded, _ => { });
    }

    // Halved until it is less than twice too large, and then by a cubic filter, as image programs do.
    private static SKBitmap Scaled(SKBitmap image, double factor)
    {
        (int width, int height) = (Math.Max(1, (int)Math.Round(image.Width * factor)), Math.Max(1, (int)Math.Round(image.Height * factor)));
        SKBitmap current = image.Copy();
        while (current.Width > 1 && current.Height > 1 && (current.Width / 2 > width || current.Height / 2 > height))
        {
            SKBitmap half = current.Resize(current.Info.WithSize(current.Width / 2, current.Height / 2), SKFilterQuality.Low);
            current.Dispose();
            current = half;
        }
        SKBitmap scaled = current.Resize(current.Info.WithSize(width, height), current.Width == 2 * width && current.Height == 2 * height
            ? SKFilterQuality.Low : SKFilterQuality.High);
        current.Dispose();
        return scaled;
    }

    private static SKBitmap Cropped(SKBitmap image, Random random)
    {
        int cutX = (int)Math.Round(image.Width * CutShare), cutY = (int)Math.Round(image.Height * CutShare);
        (int left, int top) = (random.Next(cutX + 1), random.Next(cutY + 1));
        return Drawn(image.Width - cutX, image.Height - cutY, image, canvas => canvas.Translate(-left, -top));
    }

    private static SKBitmap Brightened(SKBitmap image)
    {
        const float factor = 1.2f, more = 20 / 255f;
        using var paint = new SKPaint
        {
            ColorFilter = SKColorFilter.CreateColorMatrix([factor, 0, 0, 0, more, 0, factor, 0, 0, more, 0, 0, factor, 0, more, 0, 0, 0, 1, 0]),
        };
        return Drawn(image.Width, image.Height, image, _ => { }, paint);
    }

    private static SKBitmap Captioned(SKBitmap image)
    {
        SKBitmap result = image.Copy();
        using var canvas = new SKCanvas(result);
        float strip = (float)Math.Max(2, image.Height * CaptionShare), top = image.Height - strip, dot = strip / 9;
        using var paint = new SKPaint { Color = SKColors.Black };
        canvas.DrawRect(0, top, image.Width, strip, paint);
        paint.Color = SKColors.White;
        for (int letter = 0; letter < s_caption.Length; letter++)
            for (int i = 0; i < 35; i++)
                if ((s_caption[letter] >> (34 - i) & 1) != 0)
                    canvas.DrawRect(dot * (2 + letter * 6 + i % 5), top + dot * (1 + i / 5), dot, dot, paint);
        canvas.Flush();
        return result;
    }

    private static SKBitmap Drawn(int width, int height, SKBitmap image, Action<SKCanvas> place, SKPaint? paint = null)
    {
        var result = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(result);
        canvas.Clear(SKColors.White);
        place(canvas);
        canvas.DrawBitmap(image, 0, 0, paint);
        canvas.Flush();
        return result;
    }
}
