using SkiaSharp;

namespace SSAH.MLNet.BenchmarkData;

/// <summary>
/// Labeled images drawn in code, for machines without any data: ten shapes and textures in random colors, places, sizes and rotations, on a
/// cluttered background, partly hidden and with noise. Color and place say nothing about the class; form alone does.
/// </summary>
public static class DrawnImages
{
    private static readonly string[] s_names =
        ["disc", "ring", "square", "triangle", "star", "cross", "crescent", "stripes", "checkers", "dots"];

    /// <summary>Draws the images; the same arguments give the same images on the same machine.</summary>
    /// <param name="perClass">Images of each of the ten classes.</param>
    /// <param name="side">Pixels a row and rows.</param>
    /// <param name="seed">Any number.</param>
    public static ImageSet Create(int perClass = 1000, int side = 32, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perClass);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 8);
        var count = perClass * s_names.Length;
        var pixels = ImageBlock.Allocate(count, side, side, "drawn images");
        Parallel.For(0, count, index =>
        {
            // Each image has its own generator, so that threads cannot change it.
            var random = new Random(Mix(seed, index));
            Draw(random, index % s_names.Length, side, pixels.AsSpan(index * side * side * 3, side * side * 3));
        });
        return new ImageSet("Drawn shapes", $"{count:N0} images drawn in code, seed {seed}", side, side, pixels,
            [.. Enumerable.Range(0, count).Select(index => new[] { index % s_names.Length })], s_names);
    }

    // Random's first numbers follow its seed linearly: with plain seeds, and the class in index % 10, each class had a color of its own.
    private static int Mix(int seed, int index)
    {
        var z = ((ulong)(uint)seed << 32 | (uint)index) + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)(z ^ (z >> 31));
    }

    private static void Draw(Random random, int shape, int side, Span<byte> rgb)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Premul));
        using var canvas = new SKCanvas(bitmap);
        canvas.Scale(side / 32f);
        var (ink, paper) = Colors(random);
        DrawBackground(random, canvas, paper);

        canvas.Save();
        canvas.Translate(16 + Between(random, -5, 5), 16 + Between(random, -5, 5));
        canvas.RotateDegrees(Between(random, 0, 360));
        var scale = Between(random, 0.65f, 1.25f);
        canvas.Scale(scale, scale * Between(random, 0.85f, 1.15f));
        using var paint = new SKPaint { Color = ink, IsAntialias = true };
        DrawShape(canvas, paint, shape);
        canvas.Restore();

        DrawClutter(random, canvas, random.Next(1, 4));
        canvas.Flush();
        var rgba = bitmap.GetPixelSpan();
        for (var pixel = 0; pixel < rgb.Length / 3; pixel++)
            rgba.Slice(pixel * 4, 3).CopyTo(rgb[(pixel * 3)..]);
        AddNoise(random, rgb, Between(random, 2, 14));
    }

    // Ink and paper differ enough in lightness to be seen; hue is free.
    private static (SKColor Ink, SKColor Paper) Colors(Random random)
    {
        var lightness = Between(random, 15, 85);
        var contrast = Between(random, 28, 45);
        var other = lightness > 50 ? lightness - contrast : lightness + contrast;
        return (SKColor.FromHsl(Between(random, 0, 360), Between(random, 20, 90), lightness),
            SKColor.FromHsl(Between(random, 0, 360), Between(random, 10, 80), other));
    }

    private static void DrawBackground(Random random, SKCanvas canvas, SKColor paper)
    {
        paper.ToHsl(out var hue, out var saturation, out var lightness);
        var end = SKColor.FromHsl((hue + Between(random, 0, 60)) % 360, saturation, Math.Clamp(lightness + Between(random, -12, 12), 0, 100));
        using var shader = SKShader.CreateLinearGradient(new SKPoint(0, 0), new SKPoint(Between(random, 8, 40), Between(random, 8, 40)),
            [paper, end], SKShaderTileMode.Mirror);
        using var paint = new SKPaint { Shader = shader };
        canvas.DrawRect(0, 0, 32, 32, paint);
    }

    private static void DrawShape(SKCanvas canvas, SKPaint paint, int shape)
    {
        switch (s_names[shape])
        {
            case "disc":
                canvas.DrawCircle(0, 0, 9, paint);
                break;
            case "ring":
                DrawCut(canvas, paint, new SKRect(-10, -10, 10, 10), new SKRect(-5.5f, -5.5f, 5.5f, 5.5f));
                break;
            case "square":
                canvas.DrawRect(-8, -8, 16, 16, paint);
                break;
            case "triangle":
                DrawPolygon(canvas, paint, 3, 11, 11);
                break;
            case "star":
                DrawPolygon(canvas, paint, 10, 12, 5);
                break;
            case "cross":
                canvas.DrawRect(-11, -3, 22, 6, paint);
                canvas.DrawRect(-3, -11, 6, 22, paint);
                break;
            case "crescent":
                DrawCut(canvas, paint, new SKRect(-10, -10, 10, 10), new SKRect(-5, -9, 13, 9));
                break;
            default:
                DrawTexture(canvas, paint, s_names[shape]);
                break;
        }
    }

    private static void DrawTexture(SKCanvas canvas, SKPaint paint, string texture)
    {
        for (var row = 0; row < 5; row++)
        {
            if (texture == "stripes")
                canvas.DrawRect(-11, -11 + (row * 4.6f), 22, 2.3f, paint);
            for (var column = 0; column < 5; column++)
            {
                var (x, y) = (-11 + (column * 4.4f), -11 + (row * 4.4f));
                if (texture == "checkers" && (row + column) % 2 == 0)
                    canvas.DrawRect(x, y, 4.4f, 4.4f, paint);
                else if (texture == "dots")
                    canvas.DrawCircle(x + 2.2f, y + 2.2f, 1.5f, paint);
            }
        }
    }

    // The area of the first ellipse that the second does not cover.
    private static void DrawCut(SKCanvas canvas, SKPaint paint, SKRect outer, SKRect inner)
    {
        using var whole = new SKPath();
        whole.AddOval(outer);
        using var hole = new SKPath();
        hole.AddOval(inner);
        using var rest = whole.Op(hole, SKPathOp.Difference);
        canvas.DrawPath(rest, paint);
    }

    private static void DrawPolygon(SKCanvas canvas, SKPaint paint, int corners, float even, float odd)
    {
        var points = Enumerable.Range(0, corners).Select(corner =>
        {
            var (sin, cos) = MathF.SinCos(corner * MathF.Tau / corners);
            var radius = corner % 2 == 0 ? even : odd;
            return new SKPoint(radius * cos, radius * sin);
        });
        using var path = new SKPath();
        path.AddPoly([.. points]);
        canvas.DrawPath(path, paint);
    }

    // Short strokes and small specks over everything: they hide parts and look like parts of other classes.
    private static void DrawClutter(Random random, SKCanvas canvas, int strokes)
    {
        using var paint = new SKPaint { IsAntialias = true, StrokeCap = SKStrokeCap.Round };
        for (var i = 0; i < strokes; i++)
        {
            paint.Color = SKColor.FromHsl(Between(random, 0, 360), Between(random, 10, 90), Between(random, 10, 90));
            paint.StrokeWidth = Between(random, 1, 2.5f);
            var (x, y) = (Between(random, 0, 32), Between(random, 0, 32));
            canvas.DrawLine(x, y, x + Between(random, -14, 14), y + Between(random, -14, 14), paint);
            canvas.DrawCircle(Between(random, 0, 32), Between(random, 0, 32), Between(random, 1, 3), paint);
        }
    }

    private static void AddNoise(Random random, Span<byte> rgb, float deviation)
    {
        for (var i = 0; i < rgb.Length; i++)
        {
            // The sum of two uniform numbers is close enough to a bell for noise.
            var noise = (random.NextSingle() + random.NextSingle() - 1) * 2.45f * deviation;
            rgb[i] = (byte)Math.Clamp(rgb[i] + noise, 0, 255);
        }
    }

    private static float Between(Random random, float low, float high) => low + (random.NextSingle() * (high - low));
}
