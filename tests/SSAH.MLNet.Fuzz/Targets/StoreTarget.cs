using System.Globalization;
using Microsoft.Extensions.VectorData;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.VectorData;

namespace SSAH.MLNet.Fuzz.Targets;

/// <summary>A vector store in a SQLite file. The second sample is of version 1, whose records have no checksum, so that what reads them is tried too.</summary>
internal sealed class StoreTarget() : FileTarget("store", ".db")
{
    public override string Read(byte[] bytes)
    {
        foreach (string beside in (string[])["-wal", "-shm"])
            File.Delete(PathOf() + beside);
        using var store = new SqliteHashVectorStore(Written(bytes));
        string names = string.Join(' ', store.ListCollectionNamesAsync().ToBlockingEnumerable());
        VectorStoreCollection<long, Shop> shop = store.GetCollection<long, Shop>("shop");
        var all = new FilteredRecordRetrievalOptions<Shop> { IncludeVectors = true };
        string records = string.Join(' ', shop.GetAsync(record => record.Id >= 0 || record.Id < 0, 100, all).ToBlockingEnumerable().Select(Text));
        string found = string.Join(' ', shop.SearchAsync(new byte[2], 5, new VectorSearchOptions<Shop> { IncludeVectors = true }).ToBlockingEnumerable()
            .Select(match => string.Create(CultureInfo.InvariantCulture, $"{match.Record.Id}:{match.Score}")));
        string dear = string.Join(' ', shop.GetAsync(record => record.Name == "changed" || record.Price > 3, 100).ToBlockingEnumerable()
            .Select(each => each.Id));
        string word = store.GetCollection<string, Word>("words").GetAsync("木", new RecordRetrievalOptions { IncludeVectors = true }).GetAwaiter().GetResult()
            is { } kept ? $"{kept.Key} {Convert.ToHexString(kept.Code ?? [])}" : "none";
        return $"{names} | {records} | {found} | {dear} | {word}";
    }

    // Without an inner one it is the store's own refusal: no such collection, or one of other properties. Operations wrap it once more.
    public override bool IsOfTheFamily(Exception error) => error is DamagedFileException
        || (error is VectorStoreException { InnerException: var inner } && (inner is null || IsOfTheFamily(inner)));

    protected override byte[] MakeSmallest() => WithSmallPages(Samples[0]);

    protected override byte[][] MakeSamples()
    {
        using (var store = new SqliteHashVectorStore(PathOf("sample")))
        {
            VectorStoreCollection<long, Shop> shop = store.GetCollection<long, Shop>("shop");
            shop.EnsureCollectionExistsAsync().GetAwaiter().GetResult();
            shop.UpsertAsync(Enumerable.Range(0, 8).Select(i => new Shop
            {
                Id = i * 3, Name = i % 2 == 0 ? $"cup {i}" : null, Price = i * 1.25, Tags = ["a", $"t{i}"], Sold = i % 3 == 0,
                Time = new DateTime(2026, 1, 1 + i, 0, 0, 0, DateTimeKind.Utc), Code = [(byte)(i * 37), (byte)(i * 91)],
            })).GetAwaiter().GetResult();
            shop.DeleteAsync(9L).GetAwaiter().GetResult();
            shop.UpsertAsync(new Shop { Id = 3, Name = "changed", Price = 7, Tags = [], Code = [1, 2] }).GetAwaiter().GetResult();
            VectorStoreCollection<string, Word> words = store.GetCollection<string, Word>("words");
            words.EnsureCollectionExistsAsync().GetAwaiter().GetResult();
            words.UpsertAsync(new Word { Key = "木", Code = [3] }).GetAwaiter().GetResult();
        }
        return [File.ReadAllBytes(PathOf("sample")), Fixture("store-1.db.gz")];
    }

    private static string Text(Shop record) => string.Create(CultureInfo.InvariantCulture, $"{record.Id};{record.Name};{record.Price};"
        + $"{string.Join('+', record.Tags ?? [])};{record.Sold};{record.Time.Ticks};{Convert.ToHexString(record.Code ?? [])}");

    internal sealed class Shop
    {
        [VectorStoreKey]
        public long Id { get; set; }

        [VectorStoreData(IsIndexed = true)]
        public string? Name { get; set; }

        [VectorStoreData]
        public double Price { get; set; }

        [VectorStoreData]
        public string[]? Tags { get; set; }

        [VectorStoreData]
        public bool Sold { get; set; }

        [VectorStoreData]
        public DateTime Time { get; set; }

        [VectorStoreVector(16)]
        public byte[]? Code { get; set; }
    }

    internal sealed class Word
    {
        [VectorStoreKey]
        public string Key { get; set; } = "";

        [VectorStoreVector(8)]
        public byte[]? Code { get; set; }
    }
}
