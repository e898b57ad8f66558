namespace SSAH.MLNet;

/// <summary>What may have happened to a copy; scaling, recompression and other brightness are always looked through.</summary>
[Flags]
public enum DuplicateChanges
{
    /// <summary>Nothing else.</summary>
    None = 0,

    /// <summary>Turned by 90, 180 or 270 degrees.</summary>
    Turned = 1,

    /// <summary>Mirrored.</summary>
    Mirrored = 2,

    /// <summary>About a tenth, at most a quarter, of width and height cut off.</summary>
    Cropped = 4,

    /// <summary>Something drawn over the upper or lower seventh, such as a caption.</summary>
    Captioned = 8,

    /// <summary>All of it.</summary>
    All = Turned | Mirrored | Cropped | Captioned,
}

/// <summary>Which image of a group is the one to keep. Equal ones are told apart by image size, file size and path, in this order.</summary>
public enum DuplicateKeepRule
{
    /// <summary>The one with the most pixels.</summary>
    LargestImage,

    /// <summary>The one whose file is largest.</summary>
    LargestFile,

    /// <summary>The one whose file was written first.</summary>
    Oldest,

    /// <summary>The one whose path comes first in ordinal order.</summary>
    FirstPath,
}

/// <summary>What counts as a duplicate, and how to look for them.</summary>
public sealed record DuplicateOptions
{
    /// <summary>What may have happened to a copy: everything by default. Each costs codes to join: 7 an image for poses, 9 for crops, 2 for captions.</summary>
    public DuplicateChanges Changes
    {
        get;
        init => field = (value & ~DuplicateChanges.All) == 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Changes), value, "There is no such change.");
    } = DuplicateChanges.All;

    /// <summary>
    /// Largest distance of 64-bit perceptual hashes at which two images are looked at closely, 0 to 16; 10 by default. More finds more and takes longer.
    /// </summary>
    public int Radius
    {
        get;
        init => field = value is >= 0 and <= 16 ? value : throw new ArgumentOutOfRangeException(nameof(Radius), value, "The radius is 0 to 16 bits.");
    } = 10;

    /// <summary>
    /// How alike the pixels must be, 0.5 to 1: the correlation of the 32 x 32 colored thumbnails, after the turn or crop is undone and brightness and
    /// contrast are made alike. 0.99 by default; images that differ little by nature (clothes on black, scans of text) want 0.995.
    /// </summary>
    public double MinSimilarity
    {
        get;
        init => field = value is >= 0.5 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MinSimilarity), value, "The similarity is 0.5 to 1.");
    } = 0.99;

    /// <summary>Which image of a group is the one to keep: the largest by default.</summary>
    public DuplicateKeepRule Keep { get; init; } = DuplicateKeepRule.LargestImage;

    /// <summary>Limits of files, and what shows through transparent pixels; null takes the defaults.</summary>
    public ImageReadingOptions? Reading { get; init; }

    /// <summary>Threads that read and compare, 1 to 64; by default one for each processor.</summary>
    public int Workers
    {
        get;
        init => field = value is >= 1 and <= 64 ? value : throw new ArgumentOutOfRangeException(nameof(Workers), value, "The number of workers is 1 to 64.");
    } = Math.Min(Environment.ProcessorCount, 64);

    /// <summary>Told from time to time, on any thread, how many files have been read; null tells nobody.</summary>
    public IProgress<DuplicateProgress>? Progress { get; init; }
}

/// <summary>How far a search for duplicates has come.</summary>
/// <param name="Read">Files read so far, damaged ones included.</param>
/// <param name="Files">Files to read.</param>
/// <param name="Compared">Pairs of images looked at closely so far.</param>
/// <param name="CandidatesDone">Pairs of views with near hashes that are done so far: looked at closely, or of images that were known to be connected.</param>
/// <param name="Candidates">Pairs of views with near hashes; 0 until all files are read and they are counted.</param>
public readonly record struct DuplicateProgress(int Read, int Files, long Compared, long CandidatesDone, long Candidates);
