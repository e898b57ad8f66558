using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

public sealed partial class HashEncoder
{
    /// <summary>
    /// Encodes an image file, read and scaled as <c>LoadImageFolder</c> does for training: upright, in sRGB, on white, scaled to
    /// <see cref="InputShape"/> as <see cref="Resizing"/> says.
    /// </summary>
    /// <param name="path">Path of a JPEG, PNG, WebP, GIF, BMP or ICO file; what it is is told by its content.</param>
    /// <param name="options">Limits and background; null takes the defaults.</param>
    /// <returns>One code, as an index's <c>Search</c> takes it.</returns>
    /// <exception cref="DamagedFileException">The file cannot be read as a whole image; the message names it and says why.</exception>
    public BinaryCodes EncodeImage(string path, ImageReadingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return EncodeOne($"'{path}'", options, (reader, pixels) => reader.Read(path, pixels));
    }

    /// <summary>Encodes the image that a stream holds from its position to its end.</summary>
    /// <param name="image">The stream; it is not closed.</param>
    /// <param name="options">Limits and background; null takes the defaults.</param>
    /// <returns>One code.</returns>
    /// <exception cref="DamagedFileException">The stream does not hold a whole image; the message says why.</exception>
    public BinaryCodes EncodeImage(Stream image, ImageReadingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        return EncodeOne("The image", options, (reader, pixels) => reader.Read(image, pixels));
    }

    /// <summary>Encodes an image from the bytes of its file.</summary>
    /// <param name="image">The whole file.</param>
    /// <param name="options">Limits and background; null takes the defaults.</param>
    /// <returns>One code.</returns>
    /// <exception cref="DamagedFileException">The bytes are not a whole image; the message says why.</exception>
    public BinaryCodes EncodeImage(byte[] image, ImageReadingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        return EncodeOne("The image", options, (reader, pixels) => reader.Read((ReadOnlySpan<byte>)image, pixels));
    }

    /// <summary>Encodes image files, several at the same time (<see cref="Workers"/>).</summary>
    /// <param name="paths">Paths of the files.</param>
    /// <param name="options">Limits and background; null takes the defaults.</param>
    /// <param name="cancellationToken">Stops the encoding.</param>
    /// <returns>One code for each file, in their order.</returns>
    /// <exception cref="DamagedFileException">A file cannot be read as a whole image; the message names it and says why.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public BinaryCodes EncodeImages(IReadOnlyList<string> paths, ImageReadingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ImageReader reader = ReaderFor(options);
        int bytes = _model.Description.BytesPerCode, capacity = HashBatch.CapacityFor(_model, BatchSize);
        var packed = new byte[checked(paths.Count * bytes)];
        InParallel((paths.Count + capacity - 1) / capacity, () => (Rgb: new byte[reader.Size], Batch: new float[capacity * InputShape.Size]),
            (number, buffers) =>
        {
            int start = number * capacity, count = Math.Min(capacity, paths.Count - start);
            for (int i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (reader.Read(paths[start + i], buffers.Rgb) is { } reason)
                    throw new DamagedFileException($"'{paths[start + i]}' cannot be encoded: {reason}.");
                FromRgb(buffers.Rgb, buffers.Batch.AsSpan(i * InputShape.Size, InputShape.Size));
            }
            _model.Score(count, buffers.Batch, packed.AsMemory(start * bytes, count * bytes), Memory<float>.Empty, cancellationToken: cancellationToken);
        });
        return CodesOf(packed);
    }

    /// <summary>The code of an image file, and the activations behind it.</summary>
    internal (BinaryCodes Code, float[] Activations) EncodeWithActivations(string path, ImageReadingOptions? options)
    {
        float[] pixels = PixelsOf($"'{path}'", options, (reader, planes) => reader.Read(path, planes)), activations = new float[Bits];
        var packed = new byte[_model.Description.BytesPerCode];
        ScoreAll(pixels, packed, activations);
        return (CodesOf(packed), activations);
    }

    private BinaryCodes EncodeOne(string name, ImageReadingOptions? options, Func<ImageReader, byte[], string?> read) => Encode(PixelsOf(name, options, read));

    private float[] PixelsOf(string name, ImageReadingOptions? options, Func<ImageReader, byte[], string?> read)
    {
        ImageReader reader = ReaderFor(options);
        var rgb = new byte[reader.Size];
        if (read(reader, rgb) is { } reason)
            throw new DamagedFileException($"{name} cannot be encoded: {reason}.");
        var pixels = new float[InputShape.Size];
        FromRgb(rgb, pixels);
        return pixels;
    }

    /// <summary>Throws where the model takes features, not images.</summary>
    internal void RequireImages()
    {
        if (_model.Description.TakesFeatures)
            throw new InvalidOperationException($"This encoder takes {InputShape.Size} features of the column '{InputColumnName}', not images: make "
                + "them with the network that it was trained on, or train with "
                + "that network (Backbone.Frozen, ItqHashOptions.Network), which then is part of the encoder.");
    }

    /// <summary>Reads images as planes of the network's size.</summary>
    internal ImageReader ReaderFor(ImageReadingOptions? options)
    {
        RequireImages();
        return new(InputShape.Width, InputShape.Height, options ?? new ImageReadingOptions(), interleaved: false, Resizing);
    }

    /// <summary>Turns what <see cref="ReaderFor"/> reads into one image of the network's input.</summary>
    /// <param name="planes">Red, green and blue plane; may be overwritten.</param>
    /// <param name="pixels">Takes the values.</param>
    internal void FromRgb(Span<byte> planes, Span<float> pixels)
    {
        if (InputShape.Channels == 1)
            GrayPixels.FromRgb(planes, planes[..pixels.Length]);
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = planes[i];
    }
}
