namespace SSAH.MLNet;

/// <summary>What to do with a file that is no whole image.</summary>
public enum BadImagePolicy
{
    /// <summary>Reading ends with an error that names the row and the file.</summary>
    Throw,

    /// <summary>The row is left out and reported in <see cref="ImageFolder.Skipped"/> and the context's log.</summary>
    Skip,
}

/// <summary>How the images of a folder are read.</summary>
public sealed record ImageFolderOptions : ImageReadingOptions
{
    /// <summary>What to do with a file that cannot be decoded as a whole: an error by default.</summary>
    public BadImagePolicy OnBadImage { get; init; } = BadImagePolicy.Throw;

    /// <summary>Whether the pixels are interleaved [H,W,3] (the default) or planar [3,H,W]. The encoder and the trainer take both.</summary>
    public bool Interleaved { get; init; } = true;

    /// <summary>Endings of the files that are read, with the dot, in any case; every other file is passed over.</summary>
    public IReadOnlyCollection<string> Extensions { get; init; } = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];
}

/// <summary>A file that was left out.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record SkippedImage(string Path, string Reason);
