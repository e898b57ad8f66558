using System.Globalization;

namespace SSAH.MLNet.Cli.Duplicates;

/// <summary>What is said of a copy.</summary>
internal static class DuplicateText
{
    /// <summary>What the image is to the one that is kept, in words.</summary>
    public static string Of(DuplicateImage image) => image.Kind switch
    {
        DuplicateKind.Kept => "",
        DuplicateKind.SameFile => "same file",
        _ => string.Create(CultureInfo.InvariantCulture, $"{What(image.Kind)}{Pose(image.Pose)}, {image.Similarity * 100:0.0} % alike"),
    };

    /// <summary>Bytes in the unit that fits.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} KB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
    };

    private static string What(DuplicateKind kind) => kind switch
    {
        DuplicateKind.Part => "a part of it",
        DuplicateKind.Whole => "shows more than it",
        DuplicateKind.Captioned => "the same but for an edge",
        _ => "same image",
    };

    private static string Pose(ImagePose pose) => pose switch
    {
        ImagePose.Upright => "",
        ImagePose.Turned90 or ImagePose.Turned180 or ImagePose.Turned270 => ", turned",
        ImagePose.Mirrored => ", mirrored",
        _ => ", mirrored and turned",
    };
}
