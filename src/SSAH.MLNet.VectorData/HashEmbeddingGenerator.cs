using System.Collections;
using Microsoft.Extensions.AI;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.VectorData;

/// <summary>
/// Turns images into binary embeddings by a hash encoder: whatever takes a <see cref="BinaryEmbedding"/> works with its codes. The bits are those of the
/// encoder in their order, the model's id is <see cref="Embedding.ModelId"/>, and the activations behind the bits lie in
/// <see cref="Embedding.AdditionalProperties"/> under <see cref="ActivationsKey"/>.
/// </summary>
/// <remarks>Safe to use from many threads. The encoder is not disposed with it.</remarks>
public sealed class HashEmbeddingGenerator : IEmbeddingGenerator<DataContent, BinaryEmbedding>
{
    /// <summary>The additional property that holds the activations behind the bits: a <c>float[]</c>, one for each bit, 0 or more where the bit is 1.</summary>
    public const string ActivationsKey = "activations";

    private readonly HashEncoder _encoder;
    private readonly ImageReadingOptions? _reading;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <summary>Makes a generator.</summary>
    /// <param name="encoder">Makes the codes; any that takes images: trained, ITQ, or a perceptual hash. Not disposed with the generator.</param>
    /// <param name="reading">Limits and background; null takes the defaults.</param>
    /// <exception cref="InvalidOperationException">The encoder takes features, not images.</exception>
    public HashEmbeddingGenerator(HashEncoder encoder, ImageReadingOptions? reading = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        encoder.RequireImages();
        (_encoder, _reading) = (encoder, reading);
        _metadata = new EmbeddingGeneratorMetadata("ssah", defaultModelId: encoder.ModelId, defaultModelDimensions: encoder.Bits);
    }

    /// <summary>Encodes images, in batches and several at the same time (<see cref="HashEncoder.BatchSize"/>, <see cref="HashEncoder.Workers"/>).</summary>
    /// <param name="values">The bytes of whole image files: JPEG, PNG, WebP, GIF, BMP or ICO. What one is is told by its content, not by its media
    /// type.</param>
    /// <param name="options">A model's id and a number of dimensions are compared with those of the encoder; null asks for nothing.</param>
    /// <param name="cancellationToken">Stops the encoding.</param>
    /// <returns>One embedding for each image, in their order.</returns>
    /// <exception cref="DamagedFileException">One cannot be read as a whole image; the message says which and why.</exception>
    /// <exception cref="NotSupportedException">Another model or another number of bits was asked for.</exception>
    public async Task<GeneratedEmbeddings<BinaryEmbedding>> GenerateAsync(IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if ((options?.ModelId ?? _encoder.ModelId) != _encoder.ModelId || (options?.Dimensions ?? _encoder.Bits) != _encoder.Bits)
            throw new NotSupportedException($"This generator makes codes of {_encoder.Bits} bits by model '{_encoder.ModelId}' and no others.");
        DataContent[] images = [.. values];
        var embeddings = new BinaryEmbedding[images.Length];
        await Task.Run(() => Encode(images, embeddings, cancellationToken), cancellationToken).ConfigureAwait(false);
        return new GeneratedEmbeddings<BinaryEmbedding>(embeddings);
    }

    /// <summary>The generator itself, its <see cref="EmbeddingGeneratorMetadata"/> or its <see cref="HashEncoder"/>.</summary>
    /// <param name="serviceType">The wanted type.</param>
    /// <param name="serviceKey">A key; with one there is nothing.</param>
    /// <returns>The object, or null.</returns>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType == typeof(HashEncoder) ? _encoder
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Does nothing: the encoder belongs to who made it.</summary>
    public void Dispose()
    {
    }

    private void Encode(DataContent[] images, BinaryEmbedding[] embeddings, CancellationToken cancellationToken)
    {
        int workers = _encoder.Workers;
        // A small batch on each worker is faster than one large batch on one of them.
        int size = Math.Clamp((images.Length + workers - 1) / workers, 1, HashBatch.CapacityFor(_encoder.Model, _encoder.BatchSize));
        try
        {
            Parallel.For(0, (images.Length + size - 1) / size, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken },
                number => EncodeBatch(images, number * size, Math.Min(size, images.Length - (number * size)), embeddings, cancellationToken));
        }
        catch (AggregateException error)
        {
            // The first of the images that cannot be read, not whichever thread was first.
            Exception first = error.InnerExceptions.OrderBy(each => each is UnreadableImage unreadable ? unreadable.At : -1).First();
            throw first is UnreadableImage image ? new DamagedFileException(image.Message) : first;
        }
    }

    private void EncodeBatch(DataContent[] images, int start, int count, BinaryEmbedding[] embeddings, CancellationToken cancellationToken)
    {
        ImageReader reader = _encoder.ReaderFor(_reading);
        int pixels = _encoder.InputShape.Size, bits = _encoder.Bits, bytes = (bits + 7) / 8;
        var rgb = new byte[reader.Size];
        var batch = new float[count * pixels];
        for (int i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DataContent image = images[start + i] ?? throw new UnreadableImage(start + i, "there is none");
            if (reader.Read(image.Data.Span, rgb) is { } reason)
                throw new UnreadableImage(start + i, reason);
            _encoder.FromRgb(rgb, batch.AsSpan(i * pixels, pixels));
        }
        var codes = new byte[count * bytes];
        var activations = new float[count * bits];
        _encoder.Model.Score(count, batch, codes, activations, cancellationToken: cancellationToken);
        for (int i = 0; i < count; i++)
        {
            embeddings[start + i] = new BinaryEmbedding(new BitArray(codes.AsSpan(i * bytes, bytes).ToArray()) { Length = bits })
            {
                ModelId = _encoder.ModelId,
                AdditionalProperties = new AdditionalPropertiesDictionary { [ActivationsKey] = activations.AsSpan(i * bits, bits).ToArray() },
            };
        }
    }

    private sealed class UnreadableImage(int at, string reason) : Exception($"Image {at} of the batch cannot be encoded: {reason}.")
    {
        public int At { get; } = at;
    }
}
