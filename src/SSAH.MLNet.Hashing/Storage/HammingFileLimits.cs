namespace SSAH.MLNet.Hashing;

/// <summary>What a file may be for it to be read, and how it is read.</summary>
public sealed record HammingFileLimits
{
    /// <summary>For files of your own, the default: any size, read into memory.</summary>
    public static HammingFileLimits Trusted { get; } = new();

    /// <summary>
    /// For files from others: at most 1 GiB and 64 million codes, read into memory once and checked there, so that nobody can change the
    /// bytes after the check.
    /// </summary>
    public static HammingFileLimits Untrusted { get; } = new() { MaxBytes = 1L << 30, MaxCodes = 64_000_000 };

    /// <summary>For large files of your own that nobody writes to: any size, the codes of an index mapped (<see cref="MapAboveBytes"/>).</summary>
    public static HammingFileLimits Mapped { get; } = new() { MapAboveBytes = 0 };

    /// <summary>The largest file, in bytes. Default: no limit.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>The most codes. Default: as many as an index can hold.</summary>
    public int MaxCodes { get; init; } = Array.MaxLength;

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
