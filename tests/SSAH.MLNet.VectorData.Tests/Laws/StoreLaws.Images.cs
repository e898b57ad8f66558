using Microsoft.Extensions.AI;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Tests.Encoder;
using SSAH.MLNet.Tests.Images;
using SkiaSharp;

namespace SSAH.MLNet.VectorData.Tests.Laws;

/// <summary>Records that hold images: the store has them encoded, when they are written and when they are searched for.</summary>
public abstract partial class StoreLaws
{
    [Fact]
    public async Task Images_are_encoded_when_they_are_written_and_searched_for()
    {
        using var encoder = new HashEncoder(TestHashModels.Create(40));
        using var generator = new HashEmbeddingGenerator(encoder);
        using VectorStore store = Open(generator);
        VectorStoreCollection<Guid, Shot> shots = store.GetCollection<Guid, Shot>("shots");
        await shots.EnsureCollectionExistsAsync();
        Shot[] records = [.. Enumerable.Range(0, 20).Select(i => new Shot { Number = i, Image = Drawn(i) })];
        await shots.UpsertAsync(records);
        // Keys that are not given are made, and told by the record.
        Assert.Equal(20, records.Select(record => record.Id).Where(id => id != Guid.Empty).Distinct().Count());
        await shots.UpsertAsync(new Shot { Number = 20 });
        int[] distances = [.. records.Select(record => Distance(PackedBy(encoder, record.Image!), PackedBy(encoder, Drawn(7))))];
        var found = await All(shots.SearchAsync(Drawn(7), 30));
        Assert.Equal(distances.Order().Select(each => (double?)each), found.Select(each => each.Score));
        Assert.Equal(0, found[0].Score);
        Assert.All(found, each => Assert.Equal(distances[each.Record.Number], each.Score));
        Assert.Null(found[0].Record.Image);
        await Assert.ThrowsAsync<NotSupportedException>(() => All(shots.SearchAsync(Drawn(7), 1, new VectorSearchOptions<Shot> { IncludeVectors = true })));
        await Assert.ThrowsAsync<DamagedFileException>(() => All(shots.SearchAsync(new DataContent(new byte[] { 1, 2, 3 }, "image/png"), 1)));
        await Assert.ThrowsAsync<DamagedFileException>(() => shots.UpsertAsync(new Shot { Image = new DataContent(new byte[] { 1, 2, 3 }, "image/png") }));

        using var another = new HashEncoder(TestHashModels.Create(40, seed: 9));
        using var generatorOfAnother = new HashEmbeddingGenerator(another);
        using VectorStore wrong = Open(generatorOfAnother);
        await Assert.ThrowsAsync<ArgumentException>(() => All(wrong.GetCollection<Guid, Shot>("shots").SearchAsync(Drawn(7), 1)));
        await Assert.ThrowsAsync<ArgumentException>(() => wrong.GetCollection<Guid, Shot>("shots").UpsertAsync(new Shot { Image = Drawn(1) }));
    }

    [Fact]
    public async Task Re_ranking_orders_the_nearest_by_what_the_query_is_sure_of()
    {
        using var encoder = new HashEncoder(TestHashModels.Create(40));
        using var generator = new HashEmbeddingGenerator(encoder);
        using VectorStore store = Open(generator);
        VectorStoreCollection<Guid, Shot> shots = store.GetCollection<Guid, Shot>("shots");
        await shots.EnsureCollectionExistsAsync();
        Shot[] records = [.. Enumerable.Range(0, 60).Select(i => new Shot { Number = i, Image = Drawn(i) })];
        await shots.UpsertAsync(records);
        DataContent query = Drawn(1000);
        BinaryEmbedding embedding = (await generator.GenerateAsync([query])).Single();
        var activations = (float[])embedding.AdditionalProperties![HashEmbeddingGenerator.ActivationsKey]!;
        double mean = activations.Average(Math.Abs);
        (int Number, int Distance, double Weighted)[] all = [.. records.Select(record =>
        {
            byte[] code = PackedBy(encoder, record.Image!);
            bool[] differs = [.. Enumerable.Range(0, 40).Select(bit => ((code[bit / 8] >> (bit % 8)) & 1) == 1 != embedding.Vector[bit])];
            double weighted = Enumerable.Range(0, 40).Where(bit => differs[bit]).Sum(bit => Math.Abs(activations[bit]) / mean);
            return (record.Number, differs.Count(each => each), weighted);
        })];
        foreach ((int depth, int top, int skip) in new[] { (1, 5, 0), (20, 10, 3), (60, 60, 0), (3, 20, 2) })
        {
            var expected = all.OrderBy(each => each.Distance).Take(Math.Max(depth, top + skip)).OrderBy(each => each.Weighted).Skip(skip).Take(top).ToArray();
            var found = await All(shots.SearchAsync(query, top, new HashSearchOptions<Shot> { RerankDepth = depth, Skip = skip }));
            Assert.Equal(expected.Length, found.Count);
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Weighted, pair.Second.Score!.Value, 1e-3));
        }
        Assert.NotEqual(all.OrderBy(each => each.Distance).Select(each => each.Number), all.OrderBy(each => each.Weighted).Select(each => each.Number));
        await Assert.ThrowsAsync<InvalidOperationException>(() => All(shots.SearchAsync(new byte[5], 1, new HashSearchOptions<Shot> { RerankDepth = 5 })));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HashSearchOptions<Shot> { RerankDepth = 0 });
    }

    private static DataContent Drawn(int seed)
    {
        var random = new Random(seed);
        (byte red, byte green, byte blue, byte step) = ((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(1, 30));
        SKColor At(int x, int y) => new((byte)(red + (x * step)), (byte)(green + (y * step)), blue);
        return new DataContent(DrawnFiles.Draw(SKEncodedImageFormat.Png, 20, 16, At), "image/png");
    }

    private static byte[] PackedBy(HashEncoder encoder, DataContent image)
    {
        BinaryCodes code = encoder.EncodeImage(image.Data.ToArray());
        var packed = new byte[code.BytesPerCode];
        code.CopyPacked(0, packed);
        return packed;
    }

    private sealed class Shot
    {
        [VectorStoreKey]
        public Guid Id { get; set; }

        [VectorStoreData]
        public int Number { get; set; }

        [VectorStoreVector(40)]
        public DataContent? Image { get; set; }
    }
}
