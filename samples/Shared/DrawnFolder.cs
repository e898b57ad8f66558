using SkiaSharp;

namespace SSAH.MLNet.Samples;

/// <summary>Image files drawn in code, for those who have none at hand: ten shapes in changing colors, sizes and places.</summary>
internal static class DrawnFolder
{
    private const int Side = 32;

    private static readonly (string Name, Action<SKCanvas, SKPaint> Draw)[] s_shapes =
    [
        ("disk", (canvas, paint) => canvas.DrawCircle(0, 0, 1, paint)),
        ("ring", (canvas, paint) => canvas.DrawCircle(0, 0, 0.85f, Stroke(paint))),
        ("square", (canvas, paint) => canvas.DrawRect(-0.9f, -0.9f, 1.8f, 1.8f, paint)),
        ("frame", (canvas, paint) => canvas.DrawRect(-0.8f, -0.8f, 1.6f, 1.6f, Stroke(paint))),
        ("triangle", (canvas, paint) => DrawPolygon(canvas, paint, (-1, 0.9f), (1, 0.9f), (0, -0.9f))),
        ("diamond", (canvas, paint) => DrawPolygon(canvas, paint, (-1, 0), (0, -1), (1, 0), (0, 1))),
        ("cross", (canvas, paint) => DrawBars(canvas, paint, (-0.2f, -1, 0.4f, 2), (-1, -0.2f, 2, 0.4f))),
        ("rows", (canvas, paint) => DrawBars(canvas, paint, (-1, -0.9f, 2, 0.35f), (-1, -0.18f, 2, 0.35f), (-1, 0.55f, 2, 0.35f))),
        ("columns", (canvas, paint) => DrawBars(canvas, paint, (-0.9f, -1, 0.35f, 2), (-0.18f, -1, 0.35f, 2), (0.55f, -1, 0.35f, 2))),
        ("half", (canvas, paint) => canvas.DrawRect(-1, 0, 2, 1, paint)),
    ];

    /// <summary>Names of the classes.</summary>
    public static IReadOnlyList<string> Classes { get; } = [.. s_shapes.Select(shape => shape.Name)];

    /// <summary>Writes PNG files of 32 x 32 pixels: <c>FOLDER/CLASS/0001.png</c>; those without a label lie in the folder itself.</summary>
    /// <param name="folder">The folder; it is made.</param>
    /// <param name="perClass">Images of each class.</param>
    /// <param name="labeledShare">Share of them that lie in the folder of their class, 0 to 1.</param>
    /// <param name="seed">The same seed draws the same images.</param>
    public static void Write(string folder, int perClass, double labeledShare = 1, int seed = 1)
    {
        var random = new Random(seed);
        foreach (var (name, draw) in s_shapes)
            for (var i = 0; i < perClass; i++)
            {
                using var bitmap = Draw(draw, random);
                var file = i < perClass * labeledShare ? Path.Combine(name, $"{i:0000}.png") : $"{name[0]}{random.Next():x8}{i:0000}.png";
                using var stream = new FileInfo(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, name)).Parent!.FullName, file)).Create();
                bitmap.Encode(stream, SKEncodedImageFormat.Png, 100);
            }
    }

    private static SKBitmap Draw(Action<SKCanvas, SKPaint> draw, Random random)
    {
        float Between(double low, double high) => (float)(low + (random.NextDouble() * (high - low)));
        var bitmap = new SKBitmap(Side, Side);
        using var canvas = new SKCanvas(bitmap);
        var hue = Between(0, 360);
        canvas.Clear(SKColor.FromHsv(hue, Between(20, 60), Between(15, 45)));
        using var paint = new SKPaint { IsAntialias = true, Color = SKColor.FromHsv((hue + Between(90, 270)) % 360, Between(40, 90), Between(65, 100)) };
        canvas.Translate(Between(13, 19), Between(13, 19));
        canvas.RotateDegrees(Between(-12, 12));
        canvas.Scale(Between(7, 11));
        draw(canvas, paint);
        return bitmap;
    }

    private static SKPaint Stroke(SKPaint paint)
    {
        (paint.Style, paint.StrokeWidth) = (SKPaintStyle.Stroke, 0.35f);
        return paint;
    }

    private static void DrawPolygon(SKCanvas canvas, SKPaint paint, params (float X, float Y)[] corners)
    {
        using var path = new SKPath();
        path.AddPoly([.. corners.Select(corner => new SKPoint(corner.X, corner.Y))]);
        canvas.DrawPath(path, paint);
    }

    private static void DrawBars(SKCanvas canvas, SKPaint paint, params (float X, float Y, float Width, float Height)[] bars)
    {
        foreach (var (x, y, width, height) in bars)
            canvas.DrawRect(x, y, width, height, paint);
    }
}
