namespace SSAH.MLNet.Hashing;

/// <summary>What a file may be for it to be read, whatever its kind, and how it is read. A file beyond a limit is refused before its content takes
/// memory.</summary>
/// <remarks>Images have limits of their own (<c>ImageReadingOptions</c>), as each source of images sets them.</remarks>
public sealed record ReadingLimits
{
    /// <summary>For files of your own, the default: any size, read into memory.</summary>
    public static ReadingLimits Trusted { get; } = new();

    /// <summary>
    /// For files from others: at most 1 GiB, 64 million rows, 10,000 nodes and tensors, and images of 16 million pixel values, read into memory once and
    /// checked there, so that nobody can change the bytes after the check.
    /// </summary>
    public static ReadingLimits Untrusted { get; } =
        new() { MaxBytes = 1L << 30, MaxRows = 64_000_000, MaxNodes = 10_000, MaxTensors = 10_000, MaxPixels = 1 << 24 };

    /// <summary>For large files of your own that nobody writes to: any size, the codes of an index mapped (<see cref="MapAboveBytes"/>).</summary>
    public static ReadingLimits Mapped { get; } = new() { MapAboveBytes = 0 };

    /// <summary>The largest file, in bytes, and the most that a packed part of one may have unpacked. Default: no limit.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>The longest codes, in bits, up to the 4,096 that are the default.</summary>
    public int MaxBits { get; init; } = BinaryCodes.MaxBits;

    /// <summary>The most codes, rows of a table or of a split, or entries of an archive. Default: as many as memory can hold.</summary>
    public int MaxRows { get; init; } = Array.MaxLength;

    /// <summary>The most tensors of a network or a checkpoint file. Default: 100,000.</summary>
    public int MaxTensors { get; init; } = 100_000;

    /// <summary>The most nodes (operators) of a network. Default: 100,000.</summary>
    public int MaxNodes { get; init; } = 100_000;

    /// <summary>The most values of one image that a network takes, channels times height times width, or features of a row. Default: 2^28.</summary>
    public long MaxPixels { get; init; } = 1 << 28;

    /// <summary>
    /// The codes of an index file of more bytes than this are mapped instead of read into memory: they take no memory of their own, and
    /// searches go over the file's rows, some times slower than over an index in memory. Default: no file is mapped.
    /// </summary>
    /// <remarks>
    /// A mapped file is checked when it is loaded, and each search looks whether it was written to since: then it throws
    /// <see cref="DamagedFileException"/>. Replacing the file by renaming another, as saving does, is safe (on Windows a mapped file cannot
    /// be replaced). Programs on .NET cannot overwrite it in place, but others can; one that shortens it during a search ends the process.
    /// Where that may happen, do not map.
    /// </remarks>
    public long MapAboveBytes { get; init; } = long.MaxValue;
}
