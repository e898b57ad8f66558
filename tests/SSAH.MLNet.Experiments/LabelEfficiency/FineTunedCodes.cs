using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using SSAH.MLNet.BenchmarkData;

namespace SSAH.MLNet.Experiments.LabelEfficiency;

/// <summary>Codes of a ResNet-18 that learns as a whole, from the labeled and the unlabeled images of a split.</summary>
internal static class FineTunedCodes
{
    /// <param name="collection">The collection.</param>
    /// <param name="split">Its database is what is learned from.</param>
    /// <param name="arguments">Steps, bits and other values of options.</param>
    /// <param name="seed">Seed of the training.</param>
    public static (BinaryCodes Queries, BinaryCodes Database, double TrainingSeconds) Learn(
        FeatureCollection collection, FewLabels split, LabelEfficiencyArguments arguments, int seed)
    {
        SsahTrainer.Options options = new() { Bits = arguments.Bits, Seed = seed };
        ExperimentCatalog.ResNet18(collection.FineTunedSide, unlabeled: 96)(options, arguments.DataFolder);
        (options.Stopping.MaxSteps, options.ReportEverySteps, options.Validation.Fraction) = (arguments.FineTunedSteps, 10, 0);
        arguments.Overrides.Apply(options);
        if (arguments.Verbose)
            options.MetricsCallback = m => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"   {m.Step,5} {m.Progress,5:P0} loss {m.TotalLoss:F3} sure {m.ConfidentShare:P0} {m.Elapsed.TotalSeconds:F0} s"));

        var mlContext = new MLContext(seed);
        var labeled = split.Labeled.ToHashSet();
        var clock = Stopwatch.StartNew();
        using var encoder = mlContext.Transforms.SsahHash(options).Fit(collection.Images.ToDataView(mlContext, split.Database, labeled.Contains));
        double seconds = clock.Elapsed.TotalSeconds;
        return (CodesOf(split.Queries), CodesOf(split.Database), seconds);

        BinaryCodes CodesOf(int[] rows) => mlContext.HashRetrieval.ReadCodes(encoder.Transform(collection.Images.ToDataView(mlContext, rows)));
    }
}
