namespace SSAH.MLNet.BenchmarkData;

/// <summary>Which part of its collection an image belongs to, where the collection says so.</summary>
public enum ImagePart : byte
{
    /// <summary>The collection makes no difference.</summary>
    Unspecified,

    /// <summary>For training.</summary>
    Train,

    /// <summary>For choosing between models.</summary>
    Validation,

    /// <summary>For the final measurement; in retrieval, the queries.</summary>
    Test,
}

/// <summary>
/// An immutable collection of equally large RGB images with their labels, in one block of memory: image i is
/// <see cref="Height"/> rows of <see cref="Width"/> pixels of three bytes (R, G, B).
/// </summary>
public sealed class ImageSet
{
    private readonly byte[] _pixels;
    private readonly int[][] _labels;
    private readonly ImagePart[] _parts;

    /// <summary>Takes over the arrays: the caller must not change them afterwards.</summary>
    /// <param name="name">Short name of the collection, for headings.</param>
    /// <param name="description">Where it came from, for reports.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows an image.</param>
    /// <param name="pixels">All images, one after the other.</param>
    /// <param name="labels">The classes of each image; an empty array is an image without a label.</param>
    /// <param name="classNames">The names of the classes 0, 1, ...</param>
    /// <param name="parts">The part of each image, or null where the collection has none.</param>
    /// <param name="skipped">Files that could not be used.</param>
    /// <param name="sourcePath">Path that reads the same images again, or null.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, or a label has no name.</exception>
    public ImageSet(string name, string description, int width, int height, byte[] pixels, int[][] labels,
        IReadOnlyList<string> classNames, ImagePart[]? parts = null, IReadOnlyList<SkippedImage>? skipped = null,
        string? sourcePath = null)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.LongLength != (long)labels.Length * width * height * 3)
            throw new ArgumentException($"{labels.Length} images of {width} x {height} need {(long)labels.Length * width * height * 3:N0} bytes, " +
                $"not {pixels.LongLength:N0}.", nameof(pixels));
        if (parts is not null && parts.Length != labels.Length)
            throw new ArgumentException($"{labels.Length} images, but {parts.Length} parts.", nameof(parts));
        if (labels.Any(set => set.Any(label => (uint)label >= (uint)classNames.Count)))
            throw new ArgumentException($"A label lies outside 0..{classNames.Count - 1}.", nameof(labels));

        (Name, Description, Width, Height, ClassNames) = (name, description, width, height, classNames);
        (_pixels, _labels, _parts) = (pixels, labels, parts ?? new ImagePart[labels.Length]);
        Skipped = skipped ?? [];
        SourcePath = sourcePath is null ? null : Path.GetFullPath(sourcePath);
    }

    /// <summary>Short name of the collection.</summary>
    public string Name { get; }

    /// <summary>Where the images came from.</summary>
    public string Description { get; }

    /// <summary>Full path that reads the same images again; null where they were made in memory.</summary>
    public string? SourcePath { get; }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>Rows an image.</summary>
    public int Height { get; }

    /// <summary>Number of images.</summary>
    public int Count => _labels.Length;

    /// <summary>Bytes an image: height x width x 3.</summary>
    public int BytesPerImage => Width * Height * 3;

    /// <summary>Names of the classes, by class number.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Files that could not be used.</summary>
    public IReadOnlyList<SkippedImage> Skipped { get; }

    /// <summary>True when some image has more than one label.</summary>
    public bool IsMultiLabel => _labels.Any(set => set.Length > 1);

    /// <summary>The image's bytes: height x width x (R, G, B).</summary>
    public ReadOnlySpan<byte> PixelsOf(int index) => _pixels.AsSpan(index * BytesPerImage, BytesPerImage);

    /// <summary>The image's classes, in ascending order; empty when it has no label.</summary>
    public ReadOnlySpan<int> LabelsOf(int index) => _labels[index];

    /// <summary>The image's first class, or -1 when it has no label.</summary>
    public int ClassOf(int index) => _labels[index] is [var first, ..] ? first : -1;

    /// <summary>The part that the collection puts the image in.</summary>
    public ImagePart PartOf(int index) => _parts[index];

    /// <summary>The images of one part, in ascending order.</summary>
    public int[] IndicesOf(ImagePart part) => [.. Enumerable.Range(0, Count).Where(index => _parts[index] == part)];

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name}: {Count:N0} images of {Width} x {Height}, {ClassNames.Count} classes ({Description})";
}
