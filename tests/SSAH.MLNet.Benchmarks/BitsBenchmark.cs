using System.Globalization;
using Microsoft.ML;
using SSAH.MLNet.Features;
using SSAH.MLNet.Samples.Demo;

namespace SSAH.MLNet.Benchmarks;

/// <summary>
/// <c>bench bits [FOLDER]</c>: how many bits a search without labels needs, when PCA-ITQ is learned from a sample of the images themselves, as the tool does.
/// </summary>
internal static class BitsBenchmark
{
    private const int Side = 96, Images = 12_000, Queries = 1_000, Seed = 1;

    private static readonly RetrievalOptions s_options = new() { StableOrder = false, Diagnostics = false, BootstrapSamples = 0, Cutoffs = [10] };

    public static int Run(string[] args)
    {
        if (args.Length > 1 || args is ["--help"] || (args.Length == 0 && !FashionMnist.IsAt(FashionMnist.InstalledAt)))
        {
            Console.Error.WriteLine("usage: bench bits [FOLDER with a folder for each class; without it Debian's dataset-fashion-mnist]");
            return 2;
        }
        BenchmarkRow.PrintMachine();
        string folder = args is [var given] ? given : Unpacked();
        FeatureRows all = ReadFeatures(folder);
        int[] order = [.. Enumerable.Range(0, all.Features.Rows)];
        new Random(Seed).Shuffle(order);
        int[] queries = order[..Math.Min(Queries, order.Length / 10)], database = order[queries.Length..];
        LabelSets queryLabels = all.Labels!.Take(queries), databaseLabels = all.Labels!.Take(database);
        Console.WriteLine($"{queries.Length} queries, {database.Length} in the database, ResNet-18 at {Side} pixels");
        foreach (int sample in new[] { 500, 2_000 })
            foreach (int bits in new[] { 32, 64, 128, 256, 512 })
            {
                HashHead head = UnsupervisedHead.Learn(Take(all.Features, database[..Math.Min(sample, database.Length)]), bits, whitens: true, Seed, default);
                using var encoder = new HashEncoder(head.ToHashModel("ITQ"));
                HammingRetrievalMetrics metrics = RetrievalEvaluation.Evaluate(
                    encoder.Encode(Take(all.Features, queries).Values), queryLabels, encoder.Encode(Take(all.Features, database).Values), databaseLabels,
                        s_options);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"bits {bits,4}  learned from {sample,5} images  mAP {metrics.MeanAveragePrecision:F3}  precision@10 {metrics.Cutoffs[0].Precision:F3}"));
            }
        return 0;
    }

    private static FeatureRows ReadFeatures(string folder)
    {
        var context = new MLContext(Seed);
        ImageFiles images = context.Data.LoadImageFolder(folder, Side, Side);
        IDataView rows = context.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images);
        using FeatureSource source = FeatureSource.OfImages(rows.Schema, "Pixels", PretrainedNetwork.ResNet18, FeatureCache.DefaultFolder);
        return source.Read(rows, LabelColumn.Open(rows.Schema, "Label"), progress: null, default);
    }

    private static FeatureMatrix Take(FeatureMatrix features, int[] rows)
    {
        var taken = new FeatureMatrix(rows.Length, features.Columns);
        for (int i = 0; i < rows.Length; i++)
            features.Row(rows[i]).CopyTo(taken.Row(i));
        return taken;
    }

    private static string Unpacked()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"ssah-bits-{Images}");
        if (!Directory.Exists(folder))
            FashionMnist.Unpack(FashionMnist.InstalledAt, folder, Images);
        return folder;
    }
}
