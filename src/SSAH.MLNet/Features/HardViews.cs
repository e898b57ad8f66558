using System.Buffers.Binary;
using System.Security.Cryptography;
using SSAH.MLNet.Robustness;

namespace SSAH.MLNet.Features;

/// <summary>
/// Views of an image for a network that does not learn: its mirror image, then hard samples: turned, partly covered by a gray square, and every second one
/// mirrored. They are drawn by the content of the image, so that the same image always has the same ones and their features can be kept. Reconstructed:
/// SSAH's occlusion and rotation, stored in place of made anew.
/// </summary>
/// <param name="Count">Views of each image beside itself.</param>
/// <param name="MaxDegrees">Largest angle, 0 to 180 degrees.</param>
/// <param name="MaxArea">Largest share of the image that is covered, 0 to 0.9.</param>
/// <param name="Mirrors">Whether a mirror image shows the same: view 0 is the mirror image then, else a hard sample, and none is mirrored.</param>
internal sealed record HardViews(int Count, double MaxDegrees, double MaxArea, bool Mirrors = true)
{
    // To be raised when the same image gets other views than before.
    private const byte Version = 1;
    private const int KeyBytes = 16, HashBytes = 32;

    // From the second hard sample on they spread around the first, which has to do where there is only one.
    private static readonly double[] s_levels = [0.75, 0.5, 1, 0.25];

    /// <summary>No views.</summary>
    public static HardViews None { get; } = new(0, 0, 0);

    /// <summary>Whether view 0 is the mirror image.</summary>
    public bool BeginsWithMirrorImage => Mirrors && Count > 0;

    /// <summary>The key of a view of an image, which draws it too.</summary>
    /// <param name="image">The image's own key.</param>
    /// <param name="view">Number of the view, from 0.</param>
    public UInt128 KeyOf(UInt128 image, int view)
    {
        bool isHard = IsHard(view);
        Span<byte> text = stackalloc byte[KeyBytes + 3 + 2 * sizeof(double)], hash = stackalloc byte[HashBytes];
        BinaryPrimitives.WriteUInt128LittleEndian(text, image);
        (text[KeyBytes], text[KeyBytes + 1], text[KeyBytes + 2]) = (Version, (byte)view, (byte)(Mirrors ? 1 : 0));
        BinaryPrimitives.WriteDoubleLittleEndian(text[(KeyBytes + 3)..], isHard ? MaxDegrees : 0);
        BinaryPrimitives.WriteDoubleLittleEndian(text[(KeyBytes + 3 + sizeof(double))..], isHard ? MaxArea : 0);
        SHA256.HashData(text, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>Writes a view of an image in planes.</summary>
    /// <param name="planes">[C, H, W], 0 to 255.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="key">What <see cref="KeyOf"/> gave.</param>
    /// <param name="view">Number of the view, from 0.</param>
    /// <param name="target">Takes [C, H, W].</param>
    public void Write(ReadOnlySpan<float> planes, PixelShape shape, UInt128 key, int view, Span<float> target)
    {
        if (!IsHard(view))
        {
            planes.CopyTo(target);
            Mirror(target, shape.Width);
            return;
        }
        HardView drawn = Draw(key, view);
        float[] turned = new float[shape.Size];
        new AffineTransform(drawn.Degrees, 1).Apply(planes, shape, turned);
        if (drawn.IsMirrored)
            Mirror(turned, shape.Width);
        if (drawn.Area > 0)
            new OcclusionTransform(drawn.X, drawn.Y, Math.Sqrt(drawn.Area)).Apply(turned, shape, target);
        else
            turned.CopyTo(target);
    }

    /// <summary>What a view does to its image.</summary>
    /// <param name="key">What <see cref="KeyOf"/> gave.</param>
    /// <param name="view">Number of the view, from 0.</param>
    public HardView Draw(UInt128 key, int view)
    {
        if (!IsHard(view))
            return new HardView(0, IsMirrored: true, 0, 0, 0, 0);
        int sample = Mirrors ? view - 1 : view;
        // Half to the whole of what the level allows, either way.
        var random = new Random((int)(uint)key);
        double level = s_levels[sample % s_levels.Length], angle = level * MaxDegrees * (0.5 + 0.5 * random.NextDouble()) * (random.Next(2) == 0 ? -1 : 1);
        double area = level * MaxArea * (0.5 + 0.5 * random.NextDouble());
        return new HardView(level, Mirrors && sample % 2 == 0, angle, area, random.NextDouble(), random.NextDouble());
    }

    private bool IsHard(int view) => view > 0 || !Mirrors;

    private static void Mirror(Span<float> planes, int width)
    {
        for (int row = 0; row < planes.Length; row += width)
            planes.Slice(row, width).Reverse();
    }
}

/// <summary>What a view does to its image.</summary>
/// <param name="Level">How hard it is, 0 to 1; 0 is the mirror image.</param>
/// <param name="IsMirrored">Whether it is mirrored.</param>
/// <param name="Degrees">Angle by which it is turned first.</param>
/// <param name="Area">Share of it that is covered, by a square.</param>
/// <param name="X">Place of the square from left (0) to right (1).</param>
/// <param name="Y">Place of the square from top (0) to bottom (1).</param>
internal readonly record struct HardView(double Level, bool IsMirrored, double Degrees, double Area, double X, double Y);
