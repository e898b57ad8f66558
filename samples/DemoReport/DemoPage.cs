using System.Runtime.InteropServices;
using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Samples.RetrievalReport;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>Puts the measured figures on a page.</summary>
internal static class DemoPage
{
    private const int GalleryRows = 12;
    private const int GalleryColumns = 10;
    private const int PrecisionAt = 100;

    public static RetrievalPage Compose(DemoImages data, DemoRecord record, IReadOnlyList<ModelResult> results)
    {
        var shown = results[0];
        return new RetrievalPage
        {
            Title = $"Image retrieval with {record.Bits}-bit codes: {data.Images.Name}",
            Summary = Summary(data, shown),
            Facts = Facts(data, record, shown),
            Tiles = Tiles(data, shown),
            GalleryRemark = "The queries are not picked: the first of each class in the split.",
            Gallery = Gallery(data, shown.Nearest),
            PrecisionAt = PrecisionAt,
            Runs = [.. results.Select(Run)],
            Charts = [RetrievalCharts.Compose(results), .. LearningCharts.Compose(shown)],
            Conventions = Conventions(data.Images, shown.Metrics),
        };
    }

    private static string Summary(DemoImages data, ModelResult result)
    {
        var atTen = result.Metrics.Cutoffs.First(cutoff => cutoff.K == 10).Precision * 10;
        var relevance = data.Images.IsMultiLabel ? "share a label with it" : "show the same class";
        return $"Of the ten images nearest to a query, {atTen:F1} on average {relevance}. The codes were learned from " +
            $"{data.Split.Labeled.Count:N0} labeled and {data.Split.UnlabeledTraining.Count:N0} unlabeled images; " +
            $"an image takes {(result.Metrics.Bits + 7) / 8} bytes.";
    }

    private static Fact[] Facts(DemoImages data, DemoRecord record, ModelResult result)
    {
        var (images, split) = (data.Images, data.Split);
        return
        [
            new("Data", $"{images.Name}, {images.Count:N0} images of {images.Width} x {images.Height}"),
            new("Protocol", $"{split.Protocol}: {data.Queries.Count:N0} queries, {split.Labeled.Count:N0} labeled, "
                + $"{data.Database.Count:N0} in the database"),
            new("Seed", $"{record.Seed}"),
            new("Bits", $"{record.Bits}"),
            new("Training", $"{TimeSpan.FromSeconds(result.Model.Seconds):h\\:mm\\:ss}, {result.Model.Steps:N0} steps, from scratch"),
            new("Machine", $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}"),
        ];
    }

    private static Tile[] Tiles(DemoImages data, ModelResult result)
    {
        var metrics = result.Metrics;
        var (radius, bytes) = (metrics.WithinRadius, (metrics.Bits + 7) / 8);
        return
        [
            new("mAP, ties averaged", $"{metrics.MeanAveragePrecision:F3}",
                $"{metrics.PessimisticMeanAveragePrecision:F3} to {metrics.OptimisticMeanAveragePrecision:F3} by order of ties"),
            new($"precision@{PrecisionAt}", $"{AtHundred(metrics):F3}", $"of the nearest {PrecisionAt}"),
            new($"precision within {radius.Radius} bits", $"{radius.Precision:F3}", $"{radius.EmptyBallRate:P0} of queries find none"),
            new("images a second", $"{result.ImagesPerSecond:N0}", "encoded, without TorchSharp"),
            new("code size", $"{bytes} bytes", $"{bytes * (long)data.Database.Count / 1024.0:N0} KiB for the database"),
        ];
    }

    private static List<GalleryQuery> Gallery(DemoImages data, HammingMatches nearest)
    {
        var seen = new HashSet<int>();
        var gallery = new List<GalleryQuery>();
        for (var query = 0; query < data.Queries.Count && gallery.Count < GalleryRows; query++)
        {
            var row = data.Queries[query];
            if (!seen.Add(data.Images.ClassOf(row)))
                continue;
            var hits = new List<GalleryHit>();
            foreach (var match in nearest[query][..Math.Min(GalleryColumns, nearest[query].Length)])
            {
                var found = data.Database[(int)match.Id];
                var isRelevant = data.IsRelevant(query, (int)match.Id);
                hits.Add(new GalleryHit(ImageOf(data.Images, found), NamesOf(data.Images, found), match.Distance, isRelevant));
            }

            gallery.Add(new GalleryQuery(ImageOf(data.Images, row), NamesOf(data.Images, row), hits));
        }

        return [.. gallery.OrderBy(query => query.Label, StringComparer.Ordinal)];
    }

    private static ComparedRun Run(ModelResult result) => new()
    {
        Name = result.Model.Name,
        Remark = result.Model.Remark,
        MeanAveragePrecision = result.Metrics.MeanAveragePrecision,
        Pessimistic = result.Metrics.PessimisticMeanAveragePrecision,
        Optimistic = result.Metrics.OptimisticMeanAveragePrecision,
        StableOrder = result.Metrics.StableMeanAveragePrecision,
        PrecisionAtK = AtHundred(result.Metrics),
        Accuracy = result.VoteAccuracy,
        Time = TimeSpan.FromSeconds(result.Model.Seconds),
    };

    private static string[] Conventions(ImageSet images, HammingRetrievalMetrics metrics)
    {
        var conventions = new List<string>
        {
            images.IsMultiLabel
                ? "An image is relevant when it shares at least one label with the query."
                : "An image is relevant when it has the query's class.",
            "mAP is the mean average precision over the whole database. Many images lie at the same distance: the figure is the mean over all " +
                "orders of such ties, the bracket the worst and the best order. Row order breaks ties by position, as most published code does.",
            "Accuracy is the share of queries whose 50 nearest images vote for the right class.",
            "The queries took no part in training, nor in any choice.",
        };
        if (metrics.Confidence is { } c)
        {
            conventions.Add($"Over the queries, the {c.Level:P0} interval of the mAP is {c.Lower:F3} to {c.Upper:F3}; " +
                "it says nothing about how much another training would differ.");
        }

        return [.. conventions];
    }

    private static double AtHundred(HammingRetrievalMetrics metrics) => metrics.Cutoffs.First(cutoff => cutoff.K == PrecisionAt).Precision;

    private static Image ImageOf(ImageSet images, int row) => new(images.Width, images.Height, images.PixelsOf(row).ToArray());

    private static string NamesOf(ImageSet images, int row) =>
        string.Join(", ", images.LabelsOf(row).ToArray().Select(label => images.ClassNames[label]));
}
