namespace SSAH.MLNet.Collections;

/// <summary>How a folder is brought into a collection.</summary>
public sealed record SyncOptions
{
    /// <summary>Endings of the files that are read, with the dot, in any case; by default those of the formats that can be read.</summary>
    public IReadOnlyCollection<string> Extensions { get; init; } = new ImageFilesOptions().Extensions;

    /// <summary>
    /// Whether images that are new get the name of a folder on the way to them as their label. False by default. Labels that are there are never
    /// changed.
    /// </summary>
    public bool LabelByFolder { get; init; }

    /// <summary>Which folder names the class, as <see cref="ImageFilesOptions.ClassLevel"/>; null (the default) finds it.</summary>
    public int? ClassLevel
    {
        get;
        init => field = value is null or >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(ClassLevel), value, "The first folder below the top is level 1.");
    }

    /// <summary>
    /// Whether every file is read to see if it changed. False (the default) takes a file of the same size and time as unchanged, which misses a file
    /// that was written to without either changing.
    /// </summary>
    public bool CompareContent { get; init; }

    /// <summary>Whether files that could not be decoded are tried again though they did not change. False by default.</summary>
    public bool RetrySkipped { get; init; }

    /// <summary>
    /// Whether a folder without any image empties the collection of all that came from it. False (the default) makes it an error: more often than not
    /// the folder is one into which a disk was not mounted.
    /// </summary>
    public bool AllowEmptyFolder { get; init; }
}
