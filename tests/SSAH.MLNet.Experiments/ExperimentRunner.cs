using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.ML;
using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Measurements;
using TorchSharp;

namespace SSAH.MLNet.Experiments;

/// <summary>Runs the rows of a plan one after another. A run whose result is there already is not repeated, so that a long plan can be resumed.</summary>
internal sealed class ExperimentRunner(ExperimentPlan plan, ExperimentArguments arguments)
{
    private const int Reports = 20, StepsBetweenMeasurements = 100;

    // Before the first training: neither a process nor libtorch gives back what one has taken.
    private static long? s_before;

    // The compiler puts it behind the version: 0.1.0+commit.
    private static readonly string? s_commit =
        typeof(ExperimentRunner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')
            is [_, var commit] ? commit : null;

    public void Run()
    {
        var rows = plan.Choose(arguments.Rows);
        foreach (int seed in arguments.Seeds ?? plan.Seeds)
            foreach (var row in rows)
                CheckEarlierResult(row, seed);
        string dataFile = Path.Combine(arguments.DataFolder, plan.DataFile);
        var images = ImageSets.Read(dataFile, new ImageReadOptions { Side = plan.Side });
        Console.WriteLine(images);
        Directory.CreateDirectory(arguments.Out);
        foreach (int seed in arguments.Seeds ?? plan.Seeds)
        {
            var split = plan.Split(images, seed);
            var data = new ExperimentData(images, split, arguments.DataFolder);
            split.Save(Path.Combine(arguments.Out, $"{plan.Name}-seed{seed}.split.txt"));
            foreach (var row in rows)
            {
                string name = NameOf(row, seed), file = name + ".json";
                // A run for a choice leaves no result behind and repeats none.
                if (arguments.ValidationFraction == 0 && File.Exists(file))
                {
                    Console.WriteLine($"{file} is there already");
                    continue;
                }
                Console.WriteLine($"\n{plan.Name}, row {row.Id} ({row.Title}), seed {seed}");
                var record = row.Baseline is { } baseline ? RunBaseline(row, baseline, data, seed) : Train(row, data, seed, name + ".onnx");
                if (record is null)
                    continue;
                record.Save(file);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"result {plan.Name} row {row.Id} seed {seed}: mAP {record.MeanAveragePrecision:F4}{Ndcg(record.NdcgAt100)}"
                        + $"{Views(record.Robust)} in {record.TrainingSeconds:F0} s"));
            }
        }
    }

    // Runs of another length stand beside the plan's own.
    private string NameOf(ExperimentRow row, int seed) => Path.Combine(
        arguments.Out, $"{plan.Name}-{row.Id}-seed{seed}{(arguments.Steps is { } steps && steps != plan.Steps ? $"-{steps}" : "")}{arguments.Suffix}");

    // A result of other options would pass for this run's.
    private void CheckEarlierResult(ExperimentRow row, int seed)
    {
        string file = NameOf(row, seed) + ".json";
        if (arguments.ValidationFraction > 0 || row.Configure is null || !File.Exists(file))
            return;
        var (earlier, options) = (RunRecord.Load(file), OptionsFor(row, seed));
        string differences = OptionDifferences.Describe(earlier, options, "now");
        if (earlier.Steps != options.Stopping.MaxSteps)
            differences = string.Join(", ", new[] { differences, $"MaxSteps {earlier.Steps} (now {options.Stopping.MaxSteps})" }.Where(text => text != ""));
        if (differences != "")
            throw new FormatException($"{file} is of a run with other options: {differences}. Give this one another --suffix or --out, or delete the file.");
    }

    private SsahTrainer.Options OptionsFor(ExperimentRow row, int seed)
    {
        int steps = arguments.Steps ?? plan.Steps;
        var options = plan.OptionsFor(row, arguments.DataFolder);
        (options.Bits, options.Seed, options.Stopping.MaxSteps) = (arguments.Bits ?? plan.Bits, seed, steps);
        (options.ReportEverySteps, options.Validation.Fraction) = (Math.Max(1, steps / Reports), arguments.ValidationFraction);
        arguments.Overrides.Apply(options);
        return options;
    }

    private RunRecord RunBaseline(ExperimentRow row, Func<ExperimentData, int, BaselineCodes> baseline, ExperimentData data, int seed)
    {
        var time = Stopwatch.StartNew();
        var codes = baseline(data, seed);
        return Record(row, seed, codes.Queries.Bits, data.Evaluate(codes.Queries, codes.Database), time.Elapsed.TotalSeconds);
    }

    private RunRecord? Train(ExperimentRow row, ExperimentData data, int seed, string modelFile)
    {
        var mlContext = new MLContext(seed);
        var metrics = new List<SsahTrainingMetrics>();
        var options = OptionsFor(row, seed);
        options.MetricsCallback = m =>
        {
            metrics.Add(m);
            Console.WriteLine(Describe(m));
        };
        var device = options.Device == TrainingDevice.Cuda ? new torch.Device(DeviceType.CUDA, mlContext.GpuDeviceId ?? 0) : torch.CPU;
        long before = s_before ??= DeviceMemory.Used(device);
        using var clock = new PhaseClock(device, every: StepsBetweenMeasurements);
        var time = Stopwatch.StartNew();
        using var encoder = mlContext.Transforms.SsahHash(options).Fit(data.TrainingView(mlContext));
        double seconds = time.Elapsed.TotalSeconds;
        var trainedOn = TorchDevice.Of(device);
        if (arguments.ValidationFraction > 0)
        {
            // A run that choices are made by never looks at the queries.
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"validation {plan.Name} row {row.Id} seed {seed}: mAP {metrics[^1].ValidationMap:F4}{Ndcg(metrics[^1].ValidationNdcg)} in {seconds:F0} s"));
            return null;
        }
        var database = data.EncodeDatabase(mlContext, encoder);
        var figures = data.Evaluate(mlContext, encoder, database);
        var robust = plan.RobustQueries == 0 ? null : data.EvaluateRobustness(mlContext, encoder, database, plan.RobustQueries);
        encoder.SaveOnnx(modelFile);
        using var trained = JsonDocument.Parse(encoder.Metadata["ssah.options"]);
        // A frozen network has no steps of its own to report.
        var last = metrics.TakeLast(Math.Max(1, metrics.Count / 10)).ToArray();
        return Record(row, seed, options.Bits, figures, seconds) with
        {
            Steps = options.Stopping.MaxSteps!.Value,
            Threads = torch.get_num_threads(),
            Precision = encoder.TrainingSummary!.Precision,
            Device = trainedOn.Device,
            Driver = trainedOn.Driver,
            Libtorch = trainedOn.Libtorch,
            Cuda = trainedOn.Cuda,
            StepMilliseconds = clock.Milliseconds,
            PeakMemoryMegabytes = Math.Round((DeviceMemory.Used(device) - before) / 1e6),
            Robust = robust,
            FinalGap = last.Average(m => (double?)(m.HardDifficulty - m.EasyDifficulty)),
            FinalMargin = last.Average(m => (double?)m.Margin),
            FinalArea = last.Average(m => (double?)m.OccludedArea),
            Options = trained.RootElement.Clone(),
        };
    }

    private static string Describe(SsahTrainingMetrics m) => string.Create(CultureInfo.InvariantCulture,
        $"{m.Step,7} {m.Progress,5:P0} loss {m.TotalLoss:F3} class {m.ClassificationLoss:F3} d {m.HardDifficulty:F3} d0 {m.EasyDifficulty:F3} "
            + $"mu {m.Margin:F3} area {m.OccludedArea:P0} angle {m.MeanAngleDegrees:F0} sure {m.ConfidentShare:P0} {m.ImagesPerSecond:F0} img/s "
            + $"{m.Elapsed.TotalSeconds:F0} s val {m.ValidationMap:F4}{Ndcg(m.ValidationNdcg)}");

    private static string Ndcg(double? value) => value is { } ndcg ? string.Create(CultureInfo.InvariantCulture, $" NDCG {ndcg:F4}") : "";

    private static string Views(RobustFigures? robust) => robust is null ? "" : string.Create(CultureInfo.InvariantCulture,
        $"; {robust.Queries} queries in {robust.Views} views: clean {robust.Clean:F4} mean {robust.Mean:F4} worst {robust.WorstView:F4}");

    private RunRecord Record(ExperimentRow row, int seed, int bits, HammingRetrievalMetrics figures, double seconds)
    {
        var at100 = figures.Cutoffs.First(cut => cut.K == 100);
        return new RunRecord
        {
            Experiment = plan.Name,
            Row = row.Id,
            Title = row.Title,
            Protocol = figures.Conventions.Protocol ?? "",
            Seed = seed,
            Bits = bits,
            Steps = 0,
            TrainingSeconds = Math.Round(seconds, 1),
            MeanAveragePrecision = figures.MeanAveragePrecision,
            WorstOrder = figures.PessimisticMeanAveragePrecision,
            BestOrder = figures.OptimisticMeanAveragePrecision,
            StableOrder = figures.StableMeanAveragePrecision,
            PrecisionAt100 = at100.Precision,
            NdcgAt100 = at100.Ndcg,
            Machine = Measurements.Machine.Description,
            Date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Command = $"./build.sh experiment {arguments.Portable}",
            Commit = s_commit,
        };
    }
}
