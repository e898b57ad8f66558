using System.Globalization;
using SkiaSharp;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Cli.Tests;

/// <summary>Photos drawn in code: scenes that differ, and the same scene as a camera that was turned stores it.</summary>
internal static class DrawnPhotos
{
    private const int Width = 200, Height = 150, TurnedLeft = 6;

    /// <summary>A scene as a JPEG file.</summary>
    public static byte[] Scene(int number) => Encode(Draw(number), SKEncodedImageFormat.Jpeg, 92);

    /// <summary>The same scene, stored on its side, with the EXIF orientation that turns it upright.</summary>
    public static byte[] OnItsSide(int number)
    {
        using SKBitmap upright = Draw(number);
        var turned = new SKBitmap(Height, Width);
        using (var canvas = new SKCanvas(turned))
        {
            // Orientation 6: viewers turn the stored image by 90 degrees clockwise.
            canvas.Translate(0, Width);
            canvas.RotateDegrees(-90);
            canvas.DrawBitmap(upright, 0, 0);
        }
        return DrawnFiles.WithOrientation(Encode(turned, SKEncodedImageFormat.Jpeg, 92), TurnedLeft);
    }

    /// <summary>The same scene at half its size.</summary>
    public static byte[] Small(int number)
    {
        using SKBitmap upright = Draw(number);
        return Encode(upright.Resize(new SKImageInfo(Width / 2, Height / 2), SKFilterQuality.High), SKEncodedImageFormat.Jpeg, 80);
    }

    /// <summary>A scene without colors.</summary>
    public static byte[] Gray(int number)
    {
        using SKBitmap colored = Draw(number);
        var gray = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Gray8, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(gray))
            canvas.DrawBitmap(colored, 0, 0);
        return Encode(gray, SKEncodedImageFormat.Jpeg, 92);
    }

    /// <summary>Writes scenes as <c>FOLDER/0.jpg</c> and so on.</summary>
    public static void Write(string folder, int count, int first = 0)
    {
        Directory.CreateDirectory(folder);
        for (int number = first; number < first + count; number++)
            File.WriteAllBytes(Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture) + ".jpg"), Scene(number));
    }

    /// <summary>A scene enlarged to ten megapixels, so that reading it takes some hundredths of a second on any machine.</summary>
    public static byte[] Large(int number)
    {
        using SKBitmap scene = Draw(number);
        SKBitmap large = scene.Resize(new SKSizeI(3840, 2600), SKFilterQuality.Low);
        return Encode(large, SKEncodedImageFormat.Jpeg, 60);
    }

    private static SKBitmap Draw(int number)
    {
        var random = new Random(number * 7919 + 13);
        byte Shade() => (byte)random.Next(256);
        var bitmap = new SKBitmap(Width, Height);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(new SKColor(Shade(), Shade(), Shade()));
        for (int shape = 0; shape < 9; shape++)
        {
            using var paint = new SKPaint { Color = new SKColor(Shade(), Shade(), Shade()), IsAntialias = true };
            float x = random.Next(Width), y = random.Next(Height), size = 12 + random.Next(45);
            if (random.Next(2) == 0)
                canvas.DrawCircle(x, y, size, paint);
            else
                canvas.DrawRect(x - size, y - size / 2, 2 * size, size, paint);
        }
        return bitmap;
    }

    private static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format, int quality)
    {
        using (bitmap)
        using (SKData data = bitmap.Encode(format, quality))
            return data.ToArray();
    }
}
