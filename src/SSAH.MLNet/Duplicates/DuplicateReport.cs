namespace SSAH.MLNet;

/// <summary>What an image is to the one of its group that is kept.</summary>
public enum DuplicateKind
{
    /// <summary>It is the one that is kept.</summary>
    Kept,

    /// <summary>The files are the same, byte by byte.</summary>
    SameFile,

    /// <summary>The same image, perhaps of another size, format, brightness or pose.</summary>
    SameImage,

    /// <summary>It shows a part of the kept image.</summary>
    Part,

    /// <summary>The kept image shows a part of it.</summary>
    Whole,

    /// <summary>The same but for the upper or lower edge, where one of the two has a caption.</summary>
    Captioned,
}

/// <summary>One image of a group.</summary>
/// <param name="Path">Path of the file, as it was given.</param>
/// <param name="Width">Width in pixels, upright.</param>
/// <param name="Height">Height in pixels, upright.</param>
/// <param name="FileSize">Size of the file in bytes.</param>
/// <param name="Kind">What it is to the kept image.</param>
/// <param name="Pose">What must be done to it to look like the kept image.</param>
/// <param name="Similarity">How alike its pixels and those of the kept image are (<see cref="DuplicateOptions.MinSimilarity"/>), up to 1.</param>
/// <param name="Distance">Bits in which the perceptual hashes that brought the two together differ, of 64.</param>
public sealed record DuplicateImage(string Path, int Width, int Height, long FileSize, DuplicateKind Kind, ImagePose Pose, double Similarity, int Distance);

/// <summary>Images that are copies of one of them: each was compared with that one, so that chains of likeness do not make a group.</summary>
/// <param name="Images">The image to keep, then its copies, the most similar first.</param>
public sealed record DuplicateGroup(IReadOnlyList<DuplicateImage> Images)
{
    /// <summary>The image to keep.</summary>
    public DuplicateImage Kept => Images[0];

    /// <summary>The others.</summary>
    public IEnumerable<DuplicateImage> Copies => Images.Skip(1);
}

/// <summary>The duplicates among some images.</summary>
/// <param name="Groups">Groups of two images and more, in the order of the kept images' paths. No image is in two of them.</param>
/// <param name="Skipped">Files that could not be read, and why.</param>
/// <param name="Uniform">Images of one color, such as white drawings on transparent ground: they look like each other and so count as duplicates only
/// where their files are the same.</param>
/// <param name="Files">Number of files looked at, those skipped included.</param>
/// <param name="Compared">Pairs of images that were looked at closely.</param>
public sealed record DuplicateReport(
    IReadOnlyList<DuplicateGroup> Groups, IReadOnlyList<SkippedImage> Skipped, IReadOnlyList<string> Uniform, int Files, long Compared)
{
    /// <summary>Number of images that are copies of a kept one.</summary>
    public int CopyCount => Groups.Sum(group => group.Images.Count - 1);

    /// <summary>Bytes of the copies' files.</summary>
    public long CopyBytes => Groups.Sum(group => group.Copies.Sum(image => image.FileSize));

    /// <summary>The figures in a sentence.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Files} files: {Groups.Count} groups with {CopyCount} copies ({CopyBytes / 1e6:0.0} MB); ") + FormattableString.Invariant(
        $"{Skipped.Count} files cannot be read, {Uniform.Count} images have one color only");
}
