using MathNet.Numerics.LinearAlgebra;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.BenchmarkData;

namespace SSAH.MLNet.Experiments;

/// <summary>What deep hashing has to beat: codes without training on labels, and the code of a class.</summary>
internal static class BaselineRows
{
    private const int Bits = 48;
    private const int BackboneSide = 160;

    public static IReadOnlyList<ExperimentRow> All { get; } =
    [
        new("random", "random codes", Baseline: (data, seed) => new(Random(data.Split.Queries.Count, seed), Random(data.Split.Database.Count, seed + 1))),
        new("lsh", "LSH on pixels", Baseline: (data, seed) => Project(data, seed, FeatureVectors.Pixels, RandomHyperplanes.Learn)),
        new("itq", "PCA-ITQ on pixels", Baseline: (data, seed) => Project(data, seed, FeatureVectors.Pixels, PcaItq.Learn)),
        new("lsh-mobilenet", "LSH on MobileNetV1 0.5 features (pretrained)", Baseline: (data, seed) => Project(data, seed, MobileNet, RandomHyperplanes.Learn)),
        new("itq-mobilenet", "PCA-ITQ on MobileNetV1 0.5 features (pretrained)", Baseline: (data, seed) => Project(data, seed, MobileNet, PcaItq.Learn)),
        new("class-id", "number of the nearest class center of MobileNetV1 0.5 features (pretrained, labeled images)",
            Baseline: (data, _) => ClassIds(data, MobileNet)),
        new("class-id-1", "number of the nearest class center of the activations of the grid's row 1, H-Net",
            Baseline: (data, seed) => TrainedClassIds(data, "1", seed)),
        new("class-id-9", "the same of the grid's row 9, full SSAH", Baseline: (data, seed) => TrainedClassIds(data, "9", seed)),
    ];

    /// <summary>Learns a projection from vectors (one a row) to a number of bits.</summary>
    private delegate Projection Learner(Matrix<float> training, int bits, int seed);

    private static Matrix<float> MobileNet(ExperimentData data, IReadOnlyList<int> rows) =>
        FeatureVectors.Backbone(data, rows, data.BackboneFile("mobilenet_v1_0.5_160_quant.onnx"), BackboneSide);

    // What a classifier alone is worth as a code: one bit a class, so that all images of a predicted class are equal.
    private static BaselineCodes ClassIds(ExperimentData data, Func<ExperimentData, IReadOnlyList<int>, Matrix<float>> features)
    {
        var labeled = features(data, data.Split.Labeled);
        Vector<float>[] centers = [.. data.Split.Labeled.Select((row, i) => (Class: data.Images.ClassOf(row), Vector: labeled.Row(i)))
            .GroupBy(image => image.Class).OrderBy(images => images.Key)
            .Select(images => images.Aggregate(Vector<float>.Build.Dense(labeled.ColumnCount), (sum, image) => sum + image.Vector) / images.Count())];
        BinaryCodes Encode(IReadOnlyList<int> rows)
        {
            var vectors = features(data, rows);
            byte[] packed = new byte[rows.Count * Bits / 8];
            for (int i = 0; i < rows.Count; i++)
            {
                var vector = vectors.Row(i);
                int nearest = Enumerable.Range(0, centers.Length).MinBy(c => (vector - centers[c]).L2Norm());
                packed[i * Bits / 8 + nearest / 8] = (byte)(1 << (nearest % 8));
            }
            return BinaryCodes.FromPacked(Bits, packed);
        }
        return new(Encode(data.Split.Queries), Encode(data.Split.Database));
    }

    // What a trained network's classes are worth without its codes.
    private static BaselineCodes TrainedClassIds(ExperimentData data, string row, int seed)
    {
        var mlContext = new MLContext(seed);
        var grid = ExperimentCatalog.All.Single(plan => plan.Name == "grid");
        var options = grid.OptionsFor(grid.Rows.Single(r => r.Id == row), dataFolder: "");
        (options.Seed, options.ReportEverySteps) = (seed, grid.Steps / 10);
        options.MetricsCallback = m => Console.WriteLine($"{m.Step,7} steps in {m.Elapsed.TotalSeconds:F0} s");
        using var encoder = mlContext.Transforms.SsahHash(options).Fit(data.TrainingView(mlContext));
        return ClassIds(data, (_, rows) => Matrix<float>.Build.DenseOfRows(
            encoder.Transform(data.Images.ToDataView(mlContext, rows)).GetColumn<float[]>(options.OutputColumnName + "Activation")));
    }

    private static BinaryCodes Random(int count, int seed)
    {
        byte[] packed = new byte[count * Bits / 8];
        new Random(seed).NextBytes(packed);
        return BinaryCodes.FromPacked(Bits, packed);
    }

    private static BaselineCodes Project(ExperimentData data, int seed, Func<ExperimentData, IReadOnlyList<int>, Matrix<float>> features, Learner learn)
    {
        const int sample = 10_000;
        int[] training = [.. data.Training];
        new Random(seed).Shuffle(training);
        var projection = learn(features(data, training[..Math.Min(sample, training.Length)]), Bits, seed);
        return new(projection.Encode(features(data, data.Split.Queries)), projection.Encode(features(data, data.Split.Database)));
    }
}
