namespace SSAH.MLNet;

/// <summary>One image of a source.</summary>
/// <param name="Path">What column <c>ImagePath</c> shows.</param>
/// <param name="Labels">Its labels; none where it is unlabeled.</param>
internal readonly record struct ImageEntry(string Path, string[] Labels);

/// <summary>What a folder, a list, a table or an archive holds, as it was when it was opened.</summary>
/// <param name="Source">Path of the source, for messages.</param>
/// <param name="Entries">The images, in the order of the rows.</param>
/// <param name="Open">Opens the images for one reader.</param>
internal sealed record ImageListing(string Source, IReadOnlyList<ImageEntry> Entries, Func<EncodedImages> Open)
{
    /// <summary>Whether the images can be read in the order of the entries only.</summary>
    public bool IsSequential { get; init; }

    /// <summary>Whether each image is a file of its own, at the path of its entry.</summary>
    public bool AreFiles { get; init; }

    /// <summary>Number of files that were not read for their ending, by ending.</summary>
    public IReadOnlyDictionary<string, int> PassedOver { get; init; } = new Dictionary<string, int>();

    /// <summary>What could not be opened.</summary>
    public IReadOnlyList<SkippedImage> Skipped { get; init; } = [];

    /// <summary>What the user should know.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The listing of files that anybody may open at any time.</summary>
    public static ImageListing OfFiles(string source, IReadOnlyList<ImageEntry> entries) =>
        new(source, entries, () => new FileImages(entries)) { AreFiles = true };

    private sealed class FileImages(IReadOnlyList<ImageEntry> entries) : EncodedImages
    {
        public override EncodedImage Get(int index) => new(entries[index].Path, null, null);
    }
}

/// <summary>The encoded images of a source. For one thread.</summary>
internal abstract class EncodedImages : IDisposable
{
    /// <summary>The image of an entry, to be decoded on any thread.</summary>
    public abstract EncodedImage Get(int index);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>An image that waits to be decoded: a file, or its bytes where it is part of a larger one, or what is wrong with it.</summary>
internal readonly record struct EncodedImage(string Path, byte[]? Bytes, string? Failure)
{
    /// <summary>Decodes the image.</summary>
    /// <returns>What is wrong with it, or null when the pixels are written.</returns>
    public string? Decode(ImageReader reader, Span<byte> rgb) => Failure ?? (Bytes is null ? reader.Read(Path, rgb) : reader.Read(Bytes, rgb));
}
