namespace SSAH.MLNet.Collections;

/// <summary>An image of a collection, as it was when it was read.</summary>
public sealed record CollectionImage
{
    /// <summary>What tells it from all other images that the collection has or had, 1 or more. It stays when the file changes or moves.</summary>
    public required long Id { get; init; }

    /// <summary>Full path of its file.</summary>
    public required string Path { get; init; }

    /// <summary>The synced folder that it came from, a full path; empty where it was added by itself.</summary>
    public required string Folder { get; init; }

    /// <summary>Its path from <see cref="Folder"/>, with slashes; the full path where it was added by itself.</summary>
    public required string RelativePath { get; init; }

    /// <summary>Size of its file in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>When its file was written, UTC.</summary>
    public required DateTime Time { get; init; }

    /// <summary>SHA-256 of its file, 64 hexadecimal digits in lower case.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Width in pixels, upright.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels, upright.</summary>
    public required int Height { get; init; }

    /// <summary>Its labels, ordered by ordinal; empty where there are none.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Its packed code: bit i is bit i%8 of byte i/8.</summary>
    public required ReadOnlyMemory<byte> Code { get; init; }
}
