using Microsoft.ML;
using SSAH.MLNet.BenchmarkData;

namespace SSAH.MLNet.Experiments;

/// <summary>The images of one plan and one seed, by their roles.</summary>
internal sealed class ExperimentData(ImageSet images, RetrievalSplit split, string folder)
{
    public ImageSet Images => images;

    public RetrievalSplit Split => split;

    /// <summary>Rows that codes are learned from.</summary>
    public int[] Training { get; } = [.. split.Labeled.Concat(split.UnlabeledTraining).Order()];

    /// <summary>A file among the pretrained backbones.</summary>
    public string BackboneFile(string name) => BackboneFile(folder, name);

    /// <summary>A file among the pretrained backbones of a data folder.</summary>
    public static string BackboneFile(string dataFolder, string name) => Path.Combine(dataFolder, "backbones", name);

    /// <summary>All training rows; only the labeled ones show their label.</summary>
    public IDataView TrainingView(MLContext mlContext)
    {
        var labeled = split.Labeled.ToHashSet();
        return images.ToDataView(mlContext, Training, labeled.Contains);
    }

    /// <summary>The codes of the database.</summary>
    public IDataView EncodeDatabase(MLContext mlContext, HashEncoder encoder) =>
        mlContext.Data.Cache(encoder.Transform(images.ToDataView(mlContext, split.Database)));

    /// <summary>The figures of an encoder in a pipeline under the plan's protocol.</summary>
    public HammingRetrievalMetrics Evaluate(MLContext mlContext, HashEncoder encoder, IDataView database) =>
        mlContext.HashRetrieval.Evaluate(encoder.Transform(images.ToDataView(mlContext, split.Queries)), database, options: Options);

    /// <summary>What is left where some queries are turned by nine angles and covered by nine squares, the database as it is.</summary>
    public RobustFigures EvaluateRobustness(MLContext mlContext, HashEncoder encoder, IDataView database, int count)
    {
        // Rows are in the order of the classes.
        int step = Math.Max(1, split.Queries.Count / count);
        int[] some = [.. split.Queries.Where((_, i) => i % step == 0).Take(count)];
        var metrics = mlContext.HashRetrieval.EvaluateRobustness(encoder, images.ToDataView(mlContext, some), database,
            options: new RobustnessOptions { Views = QueryView.RotationsWithOcclusions });
        return new RobustFigures(metrics.QueryCount, metrics.ViewCount, metrics.Clean, metrics.Mean, metrics.WorstView);
    }

    /// <summary>The figures of codes under the plan's protocol.</summary>
    public HammingRetrievalMetrics Evaluate(BinaryCodes queries, BinaryCodes database) => RetrievalEvaluation.Evaluate(
        queries, images.ToLabelSets(split.Queries), database, images.ToLabelSets(split.Database), Options);

    private RetrievalOptions Options => new() { Protocol = $"{split.Protocol}, seed {split.Seed}" };
}
