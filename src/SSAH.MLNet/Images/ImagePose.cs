namespace SSAH.MLNet;

/// <summary>The eight ways in which a square image can be turned and mirrored.</summary>
public enum ImagePose
{
    /// <summary>As it is.</summary>
    Upright,

    /// <summary>Turned clockwise by 90 degrees.</summary>
    Turned90,

    /// <summary>Turned by 180 degrees.</summary>
    Turned180,

    /// <summary>Turned clockwise by 270 degrees.</summary>
    Turned270,

    /// <summary>Left and right exchanged.</summary>
    Mirrored,

    /// <summary>Left and right exchanged, then turned clockwise by 90 degrees: rows and columns exchanged along the other diagonal.</summary>
    MirroredTurned90,

    /// <summary>Left and right exchanged, then turned by 180 degrees: top and bottom exchanged.</summary>
    MirroredTurned180,

    /// <summary>Left and right exchanged, then turned clockwise by 270 degrees: rows and columns exchanged.</summary>
    MirroredTurned270,
}

/// <summary>Poses as a group, and what they do to pixels.</summary>
internal static class ImagePoses
{
    /// <summary>Number of poses.</summary>
    public const int Count = 8;

    private const int Turns = 4;

    /// <summary>The pose that undoes a pose.</summary>
    public static ImagePose Inverse(this ImagePose pose) => pose.IsMirrored() ? pose : Of(mirrored: false, Turns - pose.TurnsOf());

    /// <summary>The pose that comes of one pose and then another.</summary>
    public static ImagePose Then(this ImagePose first, ImagePose second) =>
        Of(first.IsMirrored() != second.IsMirrored(), (second.IsMirrored() ? Turns - first.TurnsOf() : first.TurnsOf()) + second.TurnsOf());

    /// <summary>Brings a square plane into a pose.</summary>
    /// <param name="pose">The pose.</param>
    /// <param name="plane">side * side values, row by row.</param>
    /// <param name="side">Side of the plane.</param>
    /// <param name="posed">Takes as many values; not the same memory.</param>
    public static void Apply<T>(this ImagePose pose, ReadOnlySpan<T> plane, int side, Span<T> posed)
    {
        (int corner, int right, int down) = StepsOf(pose, side);
        for (int y = 0, at = 0; y < side; y++)
            for (int x = 0, from = corner + y * down; x < side; x++, from += right)
                posed[at++] = plane[from];
    }

    // Where the posed image's first pixel lies in the upright plane, and how far its neighbors on the right and below are.
    private static (int Corner, int Right, int Down) StepsOf(ImagePose pose, int side)
    {
        (int corner, int right, int down) = pose.IsMirrored() ? (side - 1, -1, side) : (0, 1, side);
        for (int turn = 0; turn < pose.TurnsOf(); turn++)
            (corner, right, down) = (corner + (side - 1) * down, -down, right);
        return (corner, right, down);
    }

    private static bool IsMirrored(this ImagePose pose) => pose >= ImagePose.Mirrored;

    private static int TurnsOf(this ImagePose pose) => (int)pose % Turns;

    private static ImagePose Of(bool mirrored, int turns) => (ImagePose)((mirrored ? Turns : 0) + turns % Turns);
}
