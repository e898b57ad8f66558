namespace SSAH.MLNet.Hashing;

/// <summary>What a file may be for it to be read.</summary>
public sealed record HammingFileLimits
{
    /// <summary>For files of your own: any size, mapped into memory.</summary>
    public static HammingFileLimits Trusted { get; } = new();

    /// <summary>
    /// For files from others: at most 1 GiB and 64 million codes, read into memory once and checked there, so that nobody can change the
    /// bytes after the check.
    /// </summary>
    public static HammingFileLimits Untrusted { get; } = new() { MaxBytes = 1L << 30, MaxCodes = 64_000_000, CopyToMemory = true };

    /// <summary>The largest file, in bytes. Default: no limit.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>The most codes. Default: as many as an index can hold.</summary>
    public int MaxCodes { get; init; } = Array.MaxLength;

    /// <summary>
    /// Reads the file into memory instead of mapping it. A mapped file must not be changed in place while the index is in use; replacing it,
    /// as saving does, is safe
    /// (on Windows a mapped file cannot be replaced). Default: <see langword="false"/>.
    /// </summary>
    public bool CopyToMemory { get; init; }
}
