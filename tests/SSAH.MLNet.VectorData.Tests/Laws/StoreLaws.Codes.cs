using System.Collections;
using Microsoft.Extensions.AI;

namespace SSAH.MLNet.VectorData.Tests.Laws;

/// <summary>Codes come back to the last bit, and distances count each of them.</summary>
public abstract partial class StoreLaws
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public async Task Every_bit_of_a_code_is_kept_and_counted(int bits)
    {
        VectorStoreCollection<object, Dictionary<string, object?>> collection = Store.GetDynamicCollection("bits", Definition(
            new VectorStoreVectorProperty("Bits", typeof(BitArray), bits), new VectorStoreVectorProperty("Bytes", typeof(byte[]), bits),
            new VectorStoreVectorProperty("Memory", typeof(ReadOnlyMemory<byte>), bits),
            new VectorStoreVectorProperty("Embedding", typeof(BinaryEmbedding), bits)));
        await collection.EnsureCollectionExistsAsync();
        // One code for each bit, and one without any.
        BitArray[] codes = [.. Enumerable.Range(0, bits + 1).Select(i => OneBit(bits, i))];
        await collection.UpsertAsync(codes.Select((code, i) => new Dictionary<string, object?>
        {
            ["Name"] = $"{i}", ["Bits"] = code, ["Bytes"] = Packed(code), ["Memory"] = new ReadOnlyMemory<byte>(Packed(code)),
            ["Embedding"] = new BinaryEmbedding(code),
        }));
        int read = 0;
        await foreach (Dictionary<string, object?> record in collection.GetAsync(Enumerable.Range(0, bits + 1).Select(i => (object)$"{i}"),
            new RecordRetrievalOptions { IncludeVectors = true }))
        {
            BitArray expected = codes[int.Parse((string)record["Name"]!, System.Globalization.CultureInfo.InvariantCulture)];
            Assert.Equal(expected.Cast<bool>(), ((BitArray)record["Bits"]!).Cast<bool>());
            Assert.Equal(expected.Cast<bool>(), ((BinaryEmbedding)record["Embedding"]!).Vector.Cast<bool>());
            Assert.Equal(Packed(expected), (byte[])record["Bytes"]!);
            Assert.Equal(Packed(expected), ((ReadOnlyMemory<byte>)record["Memory"]!).ToArray());
            read++;
        }
        Assert.Equal(bits + 1, read);
        foreach (int i in new[] { 0, bits / 2, bits - 1 })
        {
            object[] queries = [codes[i], Packed(codes[i]), new ReadOnlyMemory<byte>(Packed(codes[i])), new BinaryEmbedding(codes[i])];
            foreach ((object query, string property) in queries.Zip(["Bits", "Embedding", "Memory", "Bytes"]))
            {
                var options = new VectorSearchOptions<Dictionary<string, object?>> { VectorProperty = record => record[property] };
                var found = await All(collection.SearchAsync(query, bits + 1, options));
                Assert.Equal(((string)found[0].Record["Name"]!, 0.0), ($"{i}", found[0].Score!.Value));
                Assert.Equal(1.0, found.Single(each => (string)each.Record["Name"]! == $"{bits}").Score);
                Assert.Equal(bits - 1, found.Count(each => each.Score == 2));
            }
        }
    }

    [Fact]
    public async Task Code_of_another_length_is_refused()
    {
        VectorStoreCollection<string, Photo> collection = await Made<string, Photo>();
        object[] wrong = [new byte[7], new byte[9], new ReadOnlyMemory<byte>(new byte[9]), new BitArray(63), new BinaryEmbedding(new BitArray(65))];
        foreach (object code in wrong)
            await Assert.ThrowsAsync<ArgumentException>(() => All(collection.SearchAsync(code, 1, OnCode())));
        await Assert.ThrowsAsync<ArgumentException>(() => All(collection.SearchAsync(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0x40 }, 1,
            new VectorSearchOptions<Photo> { VectorProperty = photo => photo.Other })));
        await Assert.ThrowsAnyAsync<Exception>(() => All(collection.SearchAsync(new float[64], 1, OnCode())));
        // Which of the two codes is meant must be said.
        await Assert.ThrowsAnyAsync<Exception>(() => All(collection.SearchAsync(new byte[8], 1)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => All(collection.SearchAsync(new byte[8], 0, OnCode())));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => All(collection.GetAsync(photo => true, 0)));
    }

    [Fact]
    public async Task Codes_of_different_models_are_never_mixed()
    {
        VectorStoreCollection<object, Dictionary<string, object?>> collection = Store.GetDynamicCollection("models",
            Definition(new VectorStoreVectorProperty("Code", typeof(BinaryEmbedding), 16)));
        await collection.EnsureCollectionExistsAsync();
        Dictionary<string, object?> Record(string name, string? model) =>
            new() { ["Name"] = name, ["Code"] = new BinaryEmbedding(new BitArray(16)) { ModelId = model } };
        await collection.UpsertAsync(Record("a", null));
        await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([Record("b", "one"), Record("c", "two")]));
        await collection.UpsertAsync([Record("b", "one"), Record("c", null)]);
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync(Record("d", "two")));
        Assert.Contains("'one'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'two'", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, (await All(collection.SearchAsync(new BinaryEmbedding(new BitArray(16)) { ModelId = "one" }, 10))).Count);
        await Assert.ThrowsAsync<ArgumentException>(() => All(collection.SearchAsync(new BinaryEmbedding(new BitArray(16)) { ModelId = "two" }, 10)));
    }

    [Theory]
    [InlineData(IndexKind.Flat)]
    [InlineData(HashIndexKind.MultiHash)]
    public async Task Index_of_any_kind_finds_what_comparing_all_finds(string kind)
    {
        const int bits = 64, count = 9000;
        var definition = Definition(new VectorStoreVectorProperty("Code", typeof(byte[]), bits) { IndexKind = kind },
            new VectorStoreDataProperty("Group", typeof(int)));
        VectorStoreCollection<object, Dictionary<string, object?>> collection = Store.GetDynamicCollection("many", definition);
        await collection.EnsureCollectionExistsAsync();
        var photos = new Photos(8);
        byte[][] codes = [.. Enumerable.Range(0, count).Select(i => i % 3 == 0 ? photos.Code(bits) : RandomCode(photos))];
        await collection.UpsertAsync(codes.Select((code, i) => new Dictionary<string, object?> { ["Name"] = $"{i}", ["Code"] = code, ["Group"] = i % 100 }));
        await collection.DeleteAsync(Enumerable.Range(0, 50).Select(i => (object)$"{i * 3}"));
        for (int i = 0; i < 20; i++)
        {
            byte[] query = i % 2 == 0 ? photos.Code(bits) : RandomCode(photos);
            int k = i % 5 == 0 ? 1 : 25, group = i;
            double? radius = i % 4 == 0 ? null : i;
            bool filtered = i % 3 == 0;
            var expected = codes.Select((code, at) => (Name: $"{at}", Distance: Distance(code, query), At: at))
                .Where(each => !(each.At % 3 == 0 && each.At < 150) && (!filtered || each.At % 100 == group) && each.Distance <= (radius ?? bits))
                .OrderBy(each => each.Distance).Take(k).Select(each => (each.Name, (double?)each.Distance));
            var found = await All(collection.SearchAsync(query, k, new VectorSearchOptions<Dictionary<string, object?>>
            {
                ScoreThreshold = radius, Filter = filtered ? record => (int)record["Group"]! == group : null,
            }));
            Assert.Equal(expected, found.Select(each => ((string)each.Record["Name"]!, each.Score)));
        }
    }

    private static byte[] RandomCode(Photos photos) => [.. Enumerable.Range(0, 8).Select(_ => (byte)photos.Below(256))];

    private static BitArray OneBit(int bits, int bit)
    {
        var code = new BitArray(bits);
        if (bit < bits)
            code[bit] = true;
        return code;
    }

    private static byte[] Packed(BitArray code)
    {
        var packed = new byte[(code.Length + 7) / 8];
        for (int i = 0; i < code.Length; i++)
            packed[i / 8] |= (byte)(code[i] ? 1 << (i % 8) : 0);
        return packed;
    }
}
