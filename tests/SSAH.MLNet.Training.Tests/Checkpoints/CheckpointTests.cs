using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Training.Checkpoints;
using SSAH.MLNet.Training.Tests.Trainer;

namespace SSAH.MLNet.Training.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private const int Half = 8;
    private readonly MLContext _ml = new(1);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "ssah-" + Guid.NewGuid().ToString("N"));
    private readonly List<string> _log = [];

    // Files of the checkpoints of half and a quarter of the steps, by their paths in the folder: one training for all that only spoil them.
    private static readonly Lazy<Dictionary<string, byte[]>> s_halfTrained = new(() =>
    {
        using var tests = new CheckpointTests();
        tests.StopAtHalf(tests.Options(2 * Half), everySteps: Half / 2);
        return Directory.EnumerateFiles(tests._folder, "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(tests._folder, file), File.ReadAllBytes, StringComparer.Ordinal);
    });

    public CheckpointTests() => _ml.Log += (_, e) => _log.Add(e.Message);

    private IDataView Data => Images.View(_ml, Images.Draw(90, labeledEvery: 3));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<string, Action<SsahTrainer.Options>> Trainings => new()
    {
        { "full SSAH", _ => { } },
        { "validated", options => options.Validation.Fraction = 0.4 },
        { "random hard samples, fixed confidence, bfloat16", options =>
            {
                options.HardSamples.Source = HardSampleSource.Random;
                options.Consistency.ConfidenceThreshold = 0.4;
                options.Precision = TrainingPrecision.BFloat16;
            } },
        { "confidence that follows the teacher", options => options.Consistency.ConfidenceThreshold = null },
        { "features computed once", options => (options.HardSamples.Source, options.Optimization.BackboneLearningRateFactor) = (HardSampleSource.None, 0) },
    };

    [Theory]
    [MemberData(nameof(Trainings))]
    public void A_resumed_training_gives_the_codes_of_an_unbroken_one_to_the_bit(string name, Action<SsahTrainer.Options> set)
    {
        SsahTrainer.Options New()
        {
            var options = Images.Options(steps: 2 * Half);
            options.ReportEverySteps = Half / 2;
            set(options);
            return options;
        }
        using var unbroken = _ml.Transforms.SsahHash(New()).Fit(Data);
        StopAtHalf(New());

        var resumed = New();
        (resumed.ResumeFrom, resumed.Checkpoint.Folder) = (_folder, _folder);
        using var encoder = _ml.Transforms.SsahHash(resumed).Fit(Data);
        Assert.True(Activations(unbroken).AsSpan().SequenceEqual(Activations(encoder)), name);
        Assert.Contains(_log, line => line.Contains($"goes on from step {Half}", StringComparison.Ordinal));
        var (before, after) = (unbroken.TrainingSummary!, encoder.TrainingSummary!);
        Assert.Equal((before.Steps, before.ValidationMap), (after.Steps, after.ValidationMap));
        Assert.Equal(before.History.Select(report => (report.Step, report.TotalLoss)), after.History.Select(report => (report.Step, report.TotalLoss)));
    }

    [Fact]
    public void The_last_checkpoints_and_the_one_with_the_best_validation_are_kept()
    {
        var options = Options(steps: 30);
        (options.Checkpoint.EverySteps, options.Checkpoint.Keep, options.ReportEverySteps, options.Validation.Fraction) = (5, 2, 5, 0.4);
        using var encoder = _ml.Transforms.SsahHash(options).Fit(Data);
        var kept = CheckpointFolder.List(_folder);
        Assert.Equal([30, 25], kept.Take(2).Select(each => each.Step));
        Assert.InRange(kept.Count, 2, 3);
        double best = encoder.TrainingSummary!.History.Max(report => report.ValidationMap!.Value);
        Assert.Contains(kept, each => CheckpointFolder.ValidationOf(each.Path) is { } value && Math.Abs(value - best) < 1e-4);
        Assert.All(kept, each => Assert.True(CheckpointFolder.IsWhole(each.Path)));
        Assert.Equal(["a-net-optimizer.safetensors", "a-net.safetensors", "best.safetensors", "h-net-optimizer.safetensors", "h-net.safetensors",
            "manifest.json", "random.safetensors", "teacher.safetensors"],
            Directory.GetFiles(kept[0].Path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void One_is_due_after_so_many_minutes_too()
    {
        var options = Options(steps: 6);
        (options.Checkpoint.EveryMinutes, options.Checkpoint.Keep, options.ReportEverySteps) = (0.01, 100, 1);
        options.MetricsCallback = metrics =>
        {
            if (metrics.Step == 4)
                Thread.Sleep(TimeSpan.FromMinutes(0.011));
        };
        _ml.Transforms.SsahHash(options).Fit(Data).Dispose();
        int[] steps = [.. CheckpointFolder.List(_folder).Select(each => each.Step)];
        Assert.Contains(4, steps);
        Assert.Equal(6, steps[0]);
    }

    [Theory]
    [InlineData("teacher.safetensors", 5000)]
    [InlineData("h-net.safetensors", 20)]
    [InlineData("manifest.json", 2)]
    [InlineData("random.safetensors", -1)]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before_it(string file, int flipped)
    {
        CopyTo(_folder, s_halfTrained.Value);
        string last = CheckpointFolder.List(_folder)[0].Path, name = Path.Combine(last, file);
        byte[] bytes = File.ReadAllBytes(name);
        if (flipped >= 0)
            bytes[flipped] ^= 4;
        File.WriteAllBytes(name, flipped >= 0 ? bytes : bytes[..^1]);
        Assert.Throws<DamagedFileException>(() => CheckpointFolder.Read(last));

        var options = Options(Half / 2 + 1);
        options.ResumeFrom = _folder;
        using var encoder = _ml.Transforms.SsahHash(options).Fit(Data);
        Assert.Contains(_log, line => line.Contains("is passed over", StringComparison.Ordinal) && line.Contains(file, StringComparison.Ordinal));
        Assert.Contains(_log, line => line.Contains($"goes on from step {Half / 2}", StringComparison.Ordinal));
    }

    [Fact]
    public void Options_and_data_that_contradict_a_checkpoint_are_refused_by_name()
    {
        StopAtHalf(Options(2 * Half));
        var options = Options(40);
        (options.ResumeFrom, options.Bits, options.Losses.SimilarityWeight, options.Seed) = (_folder, 24, 5, 8);
        var error = Assert.Throws<InvalidOperationException>(() => _ml.Transforms.SsahHash(options).Fit(Images.View(_ml, Images.Draw(93, 3))));
        foreach (string expected in new[] { "- Bits is 24, in the checkpoint 16.", "- Losses.SimilarityWeight is 5, in the checkpoint 3.",
            "- Seed is 8, in the checkpoint 7.", "- The training data are others: 93 images" })
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("MaxSteps", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_finished_training_can_be_trained_for_longer()
    {
        _ml.Transforms.SsahHash(Options(Half)).Fit(Data).Dispose();
        var options = Options(Half + 3);
        options.ResumeFrom = _folder;
        using var encoder = _ml.Transforms.SsahHash(options).Fit(Data);
        Assert.Equal(Half + 3, encoder.TrainingSummary!.Steps);
    }

    [Fact]
    public void A_folder_of_another_training_is_refused_and_left_alone()
    {
        StopAtHalf(Options(2 * Half));
        var error = Assert.Throws<InvalidOperationException>(() => _ml.Transforms.SsahHash(Options(2 * Half)).Fit(Data));
        Assert.Contains("holds checkpoints already. Set ResumeFrom", error.Message, StringComparison.Ordinal);
        Assert.Equal([Half], CheckpointFolder.List(_folder).Select(each => each.Step));
    }

    [Fact]
    public void A_folder_that_is_in_use_or_cannot_be_written_is_refused_before_images_are_read()
    {
        using var writer = CheckpointWriter.Open(Options(1).Checkpoint, null, _ => { });
        Assert.Contains("no other training uses", Refused(_folder), StringComparison.Ordinal);
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        Assert.Contains("cannot be used", Refused(Path.Combine(file, "below")), StringComparison.Ordinal);

        string Refused(string folder)
        {
            var options = Options(1);
            options.Checkpoint.Folder = folder;
            IEnumerable<Image> none = Enumerable.Range(0, 1).Select<int, Image>(_ => throw new InvalidOperationException("was read"));
            return Assert.Throws<InvalidOperationException>(() => _ml.Transforms.SsahHash(options).Fit(Images.View(_ml, none))).Message;
        }
    }

    [Fact]
    public void A_path_without_checkpoint_is_an_error_that_names_the_option()
    {
        var options = Options(1);
        options.ResumeFrom = _folder + "-none";
        var error = Assert.Throws<InvalidOperationException>(() => _ml.Transforms.SsahHash(options).Fit(Data));
        Assert.StartsWith("ResumeFrom is '", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WarmStart_takes_what_fits_for_other_bits_and_labels()
    {
        var first = Options(4);
        using var taught = _ml.Transforms.SsahHash(first).Fit(Data);
        var options = Images.Options(steps: 1);
        (options.WarmStart, options.Bits) = (_folder, 24);
        using var encoder = _ml.Transforms.SsahHash(options).Fit(Data);
        Assert.Equal(24, encoder.Bits);
        Assert.Contains(_log, line => line.Contains("hashWeight", StringComparison.Ordinal) && line.Contains("do not fit", StringComparison.Ordinal));
        options.Bits = 16;
        var others = Images.Draw(30, labeledEvery: 1).Select((image, i) => new FiveClasses { Pixels = image.Pixels, Label = (uint)(i % 5) });
        _ml.Transforms.SsahHash(options).Fit(_ml.Data.LoadFromEnumerable(others)).Dispose();
        Assert.Contains(_log, line => line.Contains("classHead", StringComparison.Ordinal) && line.Contains("do not fit", StringComparison.Ordinal));
        options.Backbone = Backbone.SmallResNet(32);
        var error = Assert.Throws<InvalidOperationException>(() => _ml.Transforms.SsahHash(options).Fit(Data));
        Assert.Contains("Take the Backbone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Beyond_the_tolerance_at_the_end_model_and_checkpoint_are_kept()
    {
        var options = Options(Half);
        var trainer = new SsahTrainer(MLNetInternals.GetEnvironment(_ml.Transforms), options) { ExportTolerance = -1 };
        var error = Assert.Throws<InvalidOperationException>(() => trainer.Fit(Data));
        string model = error.Message.Split('\'').Single(part => part.EndsWith(".onnx", StringComparison.Ordinal));
        Assert.True(File.Exists(model), error.Message);
        Assert.Equal(Half, CheckpointFolder.List(_folder)[0].Step);
        Assert.Contains(CheckpointFolder.List(_folder)[0].Path, error.Message, StringComparison.Ordinal);

        options.ResumeFrom = _folder;
        using var encoder = _ml.Transforms.SsahHash(options).Fit(Data);
        Assert.Equal(Half, encoder.TrainingSummary!.Steps);
    }

    private static void CopyTo(string folder, Dictionary<string, byte[]> files)
    {
        foreach ((string name, byte[] bytes) in files)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }

    private SsahTrainer.Options Options(int steps)
    {
        var options = Images.Options(steps);
        options.Checkpoint.Folder = _folder;
        return options;
    }

    private void StopAtHalf(SsahTrainer.Options options, int? everySteps = null)
    {
        using var source = new CancellationTokenSource();
        (options.Checkpoint.Folder, options.Checkpoint.EverySteps, options.ReportEverySteps, options.Stopping.CancellationToken) = (_folder,
            everySteps, Half / 2, source.Token);
        options.MetricsCallback = metrics =>
        {
            if (metrics.Step == Half)
                source.Cancel();
        };
        Assert.Throws<OperationCanceledException>(() => _ml.Transforms.SsahHash(options).Fit(Data));
        Assert.Equal(Half, CheckpointFolder.List(_folder)[0].Step);
    }

    private sealed class FiveClasses
    {
        [VectorType(3, Image.Side, Image.Side)]
        public float[] Pixels { get; set; } = [];

        [KeyType(5)]
        public uint Label { get; set; }
    }

    private float[] Activations(HashEncoder encoder) => [.. encoder.Transform(Data).GetColumn<float[]>("HashCodeActivation").SelectMany(row => row)];
}
