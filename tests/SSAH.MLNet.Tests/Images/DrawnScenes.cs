using SkiaSharp;

namespace SSAH.MLNet.Tests.Images;

/// <summary>Images of a few colored disks and bars on a shaded ground: no two seeds look alike, and each can be drawn in any size.</summary>
internal static class DrawnScenes
{
    /// <summary>The color at a place from 0 to 1 on both axes.</summary>
    public static Func<double, double, SKColor> Of(int seed)
    {
        var random = new Random(seed);
        SKColor Color() => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
        (SKColor from, SKColor to) = (Color(), Color());
        double slope = random.NextDouble();
        (double X, double Y, double Size, bool IsDisk, SKColor Color)[] shapes =
            [.. Enumerable.Range(0, 7).Select(_ => (random.NextDouble(), random.NextDouble(), 0.08 + random.NextDouble() * 0.2, random.Next(2) == 0, Color()))];
        return (x, y) =>
        {
            double share = slope * x + (1 - slope) * y;
            SKColor color = new(Mix(from.Red, to.Red, share), Mix(from.Green, to.Green, share), Mix(from.Blue, to.Blue, share));
            foreach (var shape in shapes)
            {
                (double dx, double dy) = (x - shape.X, y - shape.Y);
                if (shape.IsDisk ? dx * dx + dy * dy < shape.Size * shape.Size / 2 : Math.Abs(dx) < shape.Size / 3 && Math.Abs(dy) < shape.Size)
                    color = shape.Color;
            }
            return color;
        };
    }

    /// <summary>The scene as a file.</summary>
    public static byte[] Draw(int seed, int width, int height, SKEncodedImageFormat format = SKEncodedImageFormat.Png, int quality = 90,
        ImagePose pose = ImagePose.Upright, double brighter = 0)
    {
        Func<double, double, SKColor> scene = Of(seed);
        return DrawnFiles.Draw(format, width, height, (x, y) =>
        {
            (double px, double py) = Upright(pose, (x + 0.5) / width, (y + 0.5) / height);
            SKColor color = scene(px, py);
            return new SKColor(Brighter(color.Red, brighter), Brighter(color.Green, brighter), Brighter(color.Blue, brighter));
        }, quality);
    }

    // Where in the upright scene a place of the posed image lies: the turns are undone, then the mirroring.
    private static (double X, double Y) Upright(ImagePose pose, double x, double y)
    {
        for (int turn = 0; turn < (int)pose % 4; turn++)
            (x, y) = (y, 1 - x);
        return pose >= ImagePose.Mirrored ? (1 - x, y) : (x, y);
    }

    private static byte Mix(byte from, byte to, double share) => (byte)(from + (to - from) * share);

    private static byte Brighter(byte value, double share) => (byte)(value + (255 - value) * share);
}

/// <summary>Drawn images as files.</summary>
internal static class DrawnFileExtensions
{
    /// <summary>Writes an encoded image into a folder and gives its path.</summary>
    public static string ToFile(this byte[] encoded, DirectoryInfo folder, string name)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllBytes(path, encoded);
        return path;
    }
}
