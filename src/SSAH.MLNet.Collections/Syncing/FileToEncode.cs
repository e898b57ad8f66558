namespace SSAH.MLNet.Collections.Syncing;

/// <summary>A file whose content is not known to be the one that the collection has.</summary>
/// <param name="FullPath">The file.</param>
/// <param name="Root">The root it belongs to.</param>
/// <param name="Path">Its path from there.</param>
/// <param name="Stamp">Its size and time before it was read.</param>
internal sealed record FileToEncode(string FullPath, long Root, string Path, FileStamp Stamp)
{
    /// <summary>The image that the collection has of this path, or null.</summary>
    public long? Id { get; init; }

    /// <summary>The content that this image has, or null if it is not known.</summary>
    public byte[]? KnownHash { get; init; }

    /// <summary>What was wrong with the file before, or null.</summary>
    public string? KnownProblem { get; init; }

    /// <summary>Labels of an image that is new.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}

/// <summary>What was found when a file was read.</summary>
/// <param name="File">The file.</param>
/// <param name="Hash">SHA-256 of its content; null if it could not be read.</param>
internal sealed record EncodedFile(FileToEncode File, byte[]? Hash)
{
    /// <summary>Whether the content is at hand already, so that nothing was decoded.</summary>
    public bool IsKnown { get; init; }

    /// <summary>What is wrong with the file, or null.</summary>
    public string? Problem { get; init; }

    public int Width { get; init; }

    public int Height { get; init; }

    /// <summary>Its packed code; empty if it has none.</summary>
    public byte[] Code { get; set; } = [];

    /// <summary>Its activations, where they are wanted.</summary>
    public float[]? Activations { get; set; }
}

/// <summary>What tells, without reading a file, that it was not written to.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Time">Ticks of the time of writing, UTC.</param>
internal readonly record struct FileStamp(long Size, long Time)
{
    /// <summary>The stamp of a file that is not there.</summary>
    public static FileStamp Missing { get; } = new(-1, 0);

    public static FileStamp Of(string path)
    {
        try
        {
            FileSystemInfo file = new FileInfo(path);
            if (file.LinkTarget is not null)
                file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return file is FileInfo { Exists: true } found ? new FileStamp(found.Length, found.LastWriteTimeUtc.Ticks) : Missing;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Missing;
        }
    }
}
