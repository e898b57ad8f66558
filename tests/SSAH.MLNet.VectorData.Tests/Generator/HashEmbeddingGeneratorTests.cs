using Microsoft.Extensions.AI;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Tests.Encoder;
using SSAH.MLNet.Tests.Images;
using SkiaSharp;

namespace SSAH.MLNet.VectorData.Tests.Generator;

/// <summary>Images as binary embeddings.</summary>
public sealed class HashEmbeddingGeneratorTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(40, 2)]
    public async Task Embeddings_are_the_codes_of_the_encoder_however_batches_are_cut(int batchSize, int workers)
    {
        using var encoder = new HashEncoder(TestHashModels.Create(33), options: new HashEncodingOptions { BatchSize = batchSize, Workers = workers });
        using var generator = new HashEmbeddingGenerator(encoder);
        DataContent[] images = [.. Enumerable.Range(0, 25).Select(Drawn)];
        GeneratedEmbeddings<BinaryEmbedding> embeddings = await generator.GenerateAsync(images);
        Assert.Equal(images.Length, embeddings.Count);
        for (int i = 0; i < images.Length; i++)
        {
            BinaryCodes code = encoder.EncodeImage(images[i].Data.ToArray());
            bool[] bits = [.. Enumerable.Range(0, 33).Select(bit => ((code[0][0] >> bit) & 1) == 1)];
            Assert.Equal(bits, embeddings[i].Vector.Cast<bool>());
            Assert.Equal((33, encoder.ModelId), (embeddings[i].Dimensions, embeddings[i].ModelId));
            var activations = (float[])embeddings[i].AdditionalProperties![HashEmbeddingGenerator.ActivationsKey]!;
            Assert.Equal(bits, activations.Select(value => value >= 0));
        }
        Assert.Empty(await generator.GenerateAsync([]));
    }

    [Fact]
    public async Task Unreadable_image_is_named_by_its_place_and_another_model_refused()
    {
        using HashEncoder encoder = HashEncoder.PerceptualHash();
        using var generator = new HashEmbeddingGenerator(encoder);
        DamagedFileException error = await Assert.ThrowsAsync<DamagedFileException>(() => generator.GenerateAsync(
            [Drawn(1), new DataContent(new byte[] { 1, 2 }, "image/png"), Drawn(2), new DataContent(new byte[] { 1, 2 }, "image/png")]));
        Assert.Contains("Image 1 of the batch", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync([Drawn(1)], new EmbeddingGenerationOptions { ModelId = "other" }));
        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync([Drawn(1)], new EmbeddingGenerationOptions { Dimensions = 32 }));
        Assert.Single(await generator.GenerateAsync([Drawn(1)], new EmbeddingGenerationOptions { Dimensions = 64, ModelId = encoder.ModelId }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync([Drawn(1)], null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Generator_says_its_model_and_bits()
    {
        using HashEncoder encoder = HashEncoder.PerceptualHash(bits: 256);
        using var generator = new HashEmbeddingGenerator(encoder);
        var metadata = (EmbeddingGeneratorMetadata)generator.GetService(typeof(EmbeddingGeneratorMetadata))!;
        Assert.Equal((encoder.ModelId, 256), (metadata.DefaultModelId, metadata.DefaultModelDimensions));
        Assert.Same(encoder, generator.GetService(typeof(HashEncoder)));
        Assert.Same(generator, generator.GetService(typeof(IEmbeddingGenerator<DataContent, BinaryEmbedding>)));
        Assert.Null(generator.GetService(typeof(HashEncoder), "key"));
    }

    private static DataContent Drawn(int seed) => new(DrawnFiles.Draw(SKEncodedImageFormat.Png, 20, 16,
        (x, y) => new SKColor((byte)(x * seed), (byte)(y * 7 * seed), (byte)(seed * 40))), "image/png");
}
