using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>What to do with a file that is not a whole image.</summary>
public enum BadImagePolicy
{
    /// <summary>Reading ends with an error that names the row and the file.</summary>
    Throw,

    /// <summary>
    /// The row is left out of every pass and reported in <see cref="ImageFiles.Skipped"/> and the context's log. Only decoding tells, so the first pass
    /// decodes every file, also one that reads no pixels (such as <c>MapValueToKey.Fit</c>); its findings are remembered, and what it decoded is kept
    /// for the next pass, up to 256 MiB.
    /// </summary>
    Skip,
}

/// <summary>How image files become rows.</summary>
public record ImageFilesOptions : ImageReadingOptions
{
    private const int MaxWorkers = 64;

    /// <summary>What to do with a file that cannot be decoded as a whole, or a folder that may not be opened: an error by default.</summary>
    public BadImagePolicy OnBadImage { get; init; } = BadImagePolicy.Throw;

    /// <summary>Whether the pixels are interleaved [H,W,3] (the default) or planar [3,H,W]. The encoder and the trainer take both.</summary>
    public bool Interleaved { get; init; } = true;

    /// <summary>How an image becomes one of the rows' size: it covers it by default. Where an encoder gives the size, it gives this too.</summary>
    public ImageResizing Resizing { get; init; } = ImageResizing.Cover;

    /// <summary>
    /// Endings of the files that are read from a folder or an archive, with the dot, in any case; the others are counted in
    /// <see cref="ImageFiles.PassedOver"/>. By default those of the formats that can be read. A file's format is told by its content.
    /// </summary>
    public IReadOnlyCollection<string> Extensions { get; init; } =
        [".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp", ".webp", ".gif", ".bmp", ".dib", ".ico"];

    /// <summary>
    /// Which folder on the way to a file names its class: 1 is the first below the top, 2 the one in it, and so on. Null (the default) takes the
    /// folder that the file lies in; where that has the same name everywhere, as in CLASS/images/FILE, the nearest one above it whose name differs.
    /// </summary>
    public int? ClassLevel
    {
        get;
        init => field = value is null or >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(ClassLevel), value, "The first folder below the top is level 1.");
    }

    /// <summary>
    /// What a table or an archive may be for it to be read (bytes of a table; rows or entries of both). By default any size;
    /// <see cref="ReadingLimits.Untrusted"/> is for those from others.
    /// </summary>
    public ReadingLimits Limits { get; init; } = ReadingLimits.Trusted;

    /// <summary>Images decoded at the same time, 1 to 64; by default one for each processor.</summary>
    public int Workers
    {
        get;
        init => field = value is >= 1 and <= MaxWorkers
            ? value : throw new ArgumentOutOfRangeException(nameof(Workers), value, $"The number of workers is 1 to {MaxWorkers}.");
    } = Math.Min(Environment.ProcessorCount, MaxWorkers);
}

/// <summary>A file or folder that was left out.</summary>
/// <param name="Path">Path of the file or folder.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record SkippedImage(string Path, string Reason);
