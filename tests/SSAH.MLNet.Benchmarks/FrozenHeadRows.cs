using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Frozen;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Rows of <c>bench training</c>: the classifier that is learned from the features of a frozen network.</summary>
internal static class FrozenHeadRows
{
    private const int Rows = 20_000, Features = 512, Classes = 64, Batch = 256, Repeats = 5;

    // Two thousand steps a second were asked for.
    private const double SecondsWanted = 1.0 / 2000;

    public static void Print()
    {
        var random = new Random(1);
        FeatureMatrix vectors = Noise(random, Features), view = Noise(random, Features), targets = Noise(random, Classes);
        for (int row = 0; row < Rows; row++)
        {
            var target = targets.Values.AsSpan(row * Classes, Classes);
            target.Clear();
            target[random.Next(Classes)] = 1;
        }
        double product = ProductSeconds();
        int steps = 0;
        double[] seconds = Stopwatches.MedianCosts(Repeats, () => PerStep([]), () => PerStep([view, view]));
        BenchmarkRow.Note($"frozen head, {Features} to {Classes}, {Batch} rows a step, {steps} steps: processor seconds, one thread");
        BenchmarkRow.Note($"steps a second: {1 / seconds[0]:0}, where half of a batch are the harder of two views {1 / seconds[1]:0}");
        BenchmarkRow.Print("frozen-head-step", seconds[0], "wanted", SecondsWanted, 1);
        BenchmarkRow.Print("frozen-head-step-with-hardest-views", seconds[1], "wanted", SecondsWanted, 1);
        BenchmarkRow.Print("frozen-head-step", seconds[0], "its-two-products-alone", product, 0.3);

        double PerStep(FeatureMatrix[] views)
        {
            var training = new ClassifierTraining(multiLabel: false, takesHardest: true, viewShare: 0.5, seed: 1, default);
            double all = Stopwatches.ProcessorSecondsOf(() => steps = training.Run(vectors, views, targets).Steps);
            return all / steps;
        }
    }

    // The least that a step can cost: vectors times weights, and their transpose times the error.
    private static double ProductSeconds()
    {
        using var thread = SingleTorchThread.Use();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        const int products = 500;
        var (batch, weights, error) = (randn(Batch, Features), randn(Features, Classes), randn(Batch, Classes));
        return Stopwatches.MedianCosts(Repeats, () => Stopwatches.ProcessorSecondsOf(() =>
        {
            for (int i = 0; i < products; i++)
            {
                using var forward = batch.mm(weights);
                using var backward = batch.t().mm(error);
            }
        }))[0] / products;
    }

    private static FeatureMatrix Noise(Random random, int columns)
    {
        float[] values = new float[Rows * columns];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextSingle() - 0.5f;
        return new FeatureMatrix(Rows, columns, values);
    }
}
