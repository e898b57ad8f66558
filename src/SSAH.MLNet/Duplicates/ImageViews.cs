namespace SSAH.MLNet.Duplicates;

/// <summary>A part of an image, in shares of its width and height.</summary>
internal readonly record struct ImagePart(double X, double Y, double Width, double Height);

/// <summary>
/// The views of an image that are hashed: the whole in eight poses (a copy may be turned), nine parts of nine tenths (a copy may be such a part; what is
/// between them is near enough), and what lies
/// below or above a caption.
/// </summary>
internal static class ImageViews
{
    /// <summary>First of the views that show a part.</summary>
    public const int FirstPart = ImagePoses.Count;

    /// <summary>Number of parts that a copy may show.</summary>
    public const int PartCount = 9;

    /// <summary>What lies above a caption at the lower edge.</summary>
    public const int Upper = FirstPart + PartCount;

    /// <summary>What lies below a caption at the upper edge.</summary>
    public const int Lower = Upper + 1;

    /// <summary>Number of views.</summary>
    public const int Count = Lower + 1;

    /// <summary>Share of the height that a caption leaves free.</summary>
    public const double FreeShare = 0.85;

    private const double PartShare = 0.9;

    /// <summary>What a view from <see cref="FirstPart"/> on shows.</summary>
    public static ImagePart PartOf(int view) => view switch
    {
        Upper => new(0, 0, 1, FreeShare),
        Lower => new(0, 1 - FreeShare, 1, FreeShare),
        _ => new((view - FirstPart) % 3 * (1 - PartShare) / 2, (view - FirstPart) / 3 * (1 - PartShare) / 2, PartShare, PartShare),
    };

    /// <summary>The poses that some changes lead to.</summary>
    public static ImagePose[] PosesOf(DuplicateChanges changes) =>
    [
        ImagePose.Upright,
        .. changes.HasFlag(DuplicateChanges.Turned) ? (ImagePose[])[ImagePose.Turned90, ImagePose.Turned180, ImagePose.Turned270] : [],
        .. changes.HasFlag(DuplicateChanges.Mirrored) ? (ImagePose[])[ImagePose.Mirrored, ImagePose.MirroredTurned180] : [],
        .. changes.HasFlag(DuplicateChanges.Mirrored | DuplicateChanges.Turned) ? (ImagePose[])[ImagePose.MirroredTurned90, ImagePose.MirroredTurned270] : [],
    ];

    /// <summary>All views that some changes lead to.</summary>
    public static int[] Of(DuplicateChanges changes) =>
    [
        .. PosesOf(changes).Select(pose => (int)pose),
        .. changes.HasFlag(DuplicateChanges.Cropped) ? Enumerable.Range(FirstPart, PartCount) : [],
        .. changes.HasFlag(DuplicateChanges.Captioned) ? (int[])[Upper, Lower] : [],
    ];
}
