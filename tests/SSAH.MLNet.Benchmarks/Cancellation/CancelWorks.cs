using Microsoft.Extensions.VectorData;
using Microsoft.ML;
using SSAH.MLNet.Benchmarks.Scale;
using SSAH.MLNet.Collections;
using SSAH.MLNet.VectorData;

namespace SSAH.MLNet.Benchmarks.Cancellation;

/// <summary>What can be canceled, at sizes where it takes seconds.</summary>
internal static class CancelWorks
{
    public static IEnumerable<(string Name, Action<CancellationToken> Work)> All(CancelData data) => [.. OfCodes(data), .. OfImages(data), .. OfFiles(data)];

    private static IEnumerable<(string, Action<CancellationToken>)> OfCodes(CancelData data)
    {
        var flat = new Lazy<HammingFlatIndex>(() => new HammingFlatIndex(data.Codes));
        var multiHash = new Lazy<MultiHashIndex>(() => new MultiHashIndex(data.Codes));
        BinaryCodes queries = BenchmarkCodes.Clustered(64, 50_000, seed: 2, 1000, 0.08);
        yield return ("search-flat", token => flat.Value.Search(queries, 10, cancellationToken: token));
        yield return ("search-multi-hash", token => multiHash.Value.Search(queries, 10, cancellationToken: token));
        yield return ("search-radius", token => flat.Value.SearchRadius(queries, 12, cancellationToken: token));
        yield return ("join", token => HammingJoin.Groups(data.Codes, 4, cancellationToken: token));
        var labels = new Lazy<LabelSets>(() => Labels(data.Codes.Count));
        yield return ("evaluate", token => RetrievalEvaluation.Evaluate(queries.Slice(0, 10_000), Labels(10_000), data.Codes, labels.Value,
            cancellationToken: token));
        yield return ("confusion", token => NeighborConfusion.Of(queries.Slice(0, 1_000), Labels(1_000), data.Codes, labels.Value,
            cancellationToken: token));
        yield return ("itq-64-bits", token => data.Context.Transforms.ItqHash(new ItqHashOptions { CancellationToken = token }).Fit(data.Features));
        yield return ("itq-128-bits", token =>
            data.Context.Transforms.ItqHash(new ItqHashOptions { Bits = 128, CancellationToken = token }).Fit(data.Features));
        yield return ("learn-from-features", token => data.Context.Transforms.SsahHash(new SsahTrainer.Options
        {
            FeatureColumnName = "Features", Stopping = { CancellationToken = token },
        }).Fit(data.Features));
    }

    private static IEnumerable<(string, Action<CancellationToken>)> OfImages(CancelData data)
    {
        yield return ("encode-files", token => data.Encoder.EncodeImages(data.Photos, cancellationToken: token));
        yield return ("read-codes", token => data.Context.HashRetrieval.ReadCodes(data.Encoder.Transform(data.PhotoRows()), cancellationToken: token));
        yield return ("itq-photos", token => data.Context.Transforms.ItqHash(CancelData.Itq(token)).Fit(data.PhotoRows()));
        yield return ("robustness", token => data.Context.HashRetrieval.EvaluateRobustness(data.Encoder, data.Context.Data.TakeRows(data.PhotoRows(), 4),
            data.PhotoRows(), cancellationToken: token));
        yield return ("compare", token => data.Context.HashRetrieval.Compare(data.Encoder, data.PhotoRows(), data.PhotoRows(), cancellationToken: token));
        yield return ("duplicates", token => data.Context.HashRetrieval.FindDuplicates(data.Copies, cancellationToken: token));
    }

    private static IEnumerable<(string, Action<CancellationToken>)> OfFiles(CancelData data)
    {
        int number = 0;
        yield return ("sync", token =>
        {
            using var collection = ImageCollection.Create(Path.Combine(data.Folder, $"sync{number++}.db"), data.Encoder);
            collection.Sync(data.PhotoFolder, cancellationToken: token);
        });
        var stored = new Lazy<SqliteHashVectorStore>(() => new SqliteHashVectorStore(Path.Combine(data.Folder, "store.db")));
        yield return ("store-write", token => Records(stored.Value, "written").UpsertAsync(Enumerable.Range(0, 200_000).Select(row => new ScaleRecord
        {
            Id = row, Group = row % 100, Code = StoreLoad.Packed(data.Codes, row),
        }), token).GetAwaiter().GetResult());
        yield return ("store-filtered-search", token =>
        {
            for (int i = 0; i < 2_000; i++)
                _ = Records(stored.Value, "written").SearchAsync(StoreLoad.Packed(data.Codes, i), 10,
                    new VectorSearchOptions<ScaleRecord> { Filter = record => record.Group != 3 }, token).ToBlockingEnumerable(token).Count();
        });
    }

    private static VectorStoreCollection<int, ScaleRecord> Records(SqliteHashVectorStore store, string name)
    {
        VectorStoreCollection<int, ScaleRecord> records = store.GetCollection<int, ScaleRecord>(name, ScaleRecord.Definition(64, "Flat"));
        records.EnsureCollectionExistsAsync().GetAwaiter().GetResult();
        return records;
    }

    private static LabelSets Labels(int rows) => LabelSets.FromClasses([.. Enumerable.Range(0, rows).Select(row => row % 10)]);
}
