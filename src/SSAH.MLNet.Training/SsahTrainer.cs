using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using SSAH.MLNet.Training;
using SSAH.MLNet.Training.Checkpoints;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Frozen;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Onnx;
using SSAH.MLNet.Training.Workarounds;

namespace SSAH.MLNet;

/// <summary>
/// Trains semi-supervised adversarial deep hashing (SSAH) and gives a <see cref="HashEncoder"/>. Reach it as <c>mlContext.Transforms.SsahHash(...)</c>.
/// </summary>
/// <remarks>
/// "Semi-supervised Adversarial Deep Hashing with Self-paced Hard Sample Generation", Jin et al., arXiv:1911.08688. From the paper: H-Net and A-Net,
/// multi-scale occlusion and rotation, self-paced difficulty, the consistent loss on unlabeled images. Reconstructed: their inner form.
/// </remarks>
public sealed partial class SsahTrainer : IEstimator<HashEncoder>
{
    private readonly IHost _host;
    private readonly Options _options;

    internal SsahTrainer(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsValidation.Check(options);
        _options = options.Copy();
        _host = environment.Register(nameof(SsahTrainer));
    }

    /// <summary>Largest difference of an activation between TorchSharp and ONNX Runtime at the end.</summary>
    internal float ExportTolerance { get; init; } = ExportVerification.Tolerance;

    /// <summary>Trains on all rows of <paramref name="input"/>, which are read once.</summary>
    /// <param name="input">Rows in any order with a pixel column and a label column; unlabeled rows have a missing label.</param>
    /// <returns>The encoder; its model has been compared with the trained network. It runs on the CPU; <see cref="HashEncoder.WithOptions"/> puts it
    /// on a GPU.</returns>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type; the message says what to do.</exception>
    /// <exception cref="InvalidOperationException">A native library is missing, a GPU that was asked for cannot be used, there is no row, fewer than
    /// two labeled rows, one class only, or values that are not pixels.</exception>
    /// <exception cref="TrainingDivergedException">A loss was not finite.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled and <see cref="StoppingOptions.OnCancel"/> is
    /// <see cref="CancellationBehavior.Throw"/>.</exception>
    public HashEncoder Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var activity = TrainingTelemetry.Fit();
        using var channel = _host.Start("Training");
        // Whatever can be wrong without the images is found before the first of them is read.
        ExecutionDevice.Load();
        ComputeDevice.Load();
        using (var source = FrozenFit.Open(input.Schema, _options))
        {
            if (source is not null && _options is not { ResumeFrom: null, WarmStart: null, Checkpoint.Folder: null })
                channel.Info(MessageSensitivity.None, "The features do not change: learning from them takes seconds, so that no checkpoint is "
                    + "written or read.");
            if (source is not null)
                return new HashEncoder(_host, FrozenFit.Run(source, input, _options, _options.Seed ?? NewSeed(), _host, channel),
                    _options.OutputColumnName, _options.FeatureColumnName ?? _options.InputColumnName, options: null, staysOnCpu: true);
        }
        var resumed = _options.ResumeFrom is { } path ? CheckpointReader.Open(path, nameof(Options.ResumeFrom), Warn) : null;
        int seed = _options.Seed ?? resumed?.Manifest.Identity.Seed ?? NewSeed();
        using var writer = CheckpointWriter.Open(_options.Checkpoint, resumed, Warn);
        var device = ComputeDevice.Choose(_options.Device, _host, channel);
        var pixels = PixelColumn.Open(input.Schema, _options.InputColumnName);
        var labels = LabelColumn.Open(input.Schema, _options.LabelColumnName);
        _options.Backbone.RequireSize(pixels.Shape, pixels.Name);

        var set = TrainingSetReader.Read(input, pixels, labels, _options, seed, _host, channel);
        var computeType = ComputeDevice.NumberType(_options.Precision, device, set.Shape.Channels);
        using var memory = device.type == TorchSharp.DeviceType.CPU ? GlibcMemoryReturn.Prevent() : null;
        var identity = new Lazy<TrainingIdentity>(() => TrainingIdentity.Of(_options, set, seed, computeType.ToString()));
        if (resumed is not null)
            CheckpointReader.RequireSame(identity.Value, resumed);
        using var training = new SsahTraining(set, _options, device, computeType, seed);
        if (_options.WarmStart is { } earlier)
            Note(training.Warm(CheckpointReader.Open(earlier, nameof(Options.WarmStart), Warn)));
        // What cannot be exported, or not be run here, is not trained for hours first.
        byte[] untrained = Export(new HashTrainingSummary());
        Verify(untrained, images: 4, ExportVerification.ToleranceBeforeTraining);
        NewEncoder(untrained).Dispose();
        if (training.Teacher.HasFrozenBackbone && _options.HardSamples.Source != HardSampleSource.None)
            channel.Info(MessageSensitivity.None, $"The backbone is frozen: with HardSamples.Source = {nameof(HardSampleSource.None)} its features "
                + $"would be computed once for all steps.");
        using var run = new TrainingRun(training, set, _options, identity, writer, _host, channel);
        if (resumed is not null)
        {
            run.Checkpoints.Restore(resumed);
            channel.Info(MessageSensitivity.None, $"The training goes on from step {training.Step}, '{resumed.Path}'.");
        }
        var outcome = run.Run();
        byte[] model = Export(Summarize(outcome));
        float difference;
        try
        {
            difference = Verify(model, images: 64, ExportTolerance);
        }
        catch (InvalidOperationException error)
        {
            throw KeptAside.Write(error, model, _options.Checkpoint.Folder, run.Checkpoints.Capture);
        }
        channel.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture,
            $"Exported {model.Length} bytes; TorchSharp and ONNX Runtime differ by at most {difference:E1}."));
        return NewEncoder(model);

        int NewSeed() => _host.Rand.Next(int.MaxValue - 8);

        void Warn(string message) => channel.Warning(MessageSensitivity.None, message);

        void Note(IReadOnlyList<string> unlike) => channel.Info(MessageSensitivity.None, $"The training begins with the weights of '{_options.WarmStart}'"
            + (unlike.Count == 0 ? "." : $", but for {string.Join(", ", unlike)}, which do not fit and begin anew."));

        HashEncoder NewEncoder(byte[] exported) => new(_host, exported, _options.OutputColumnName, _options.InputColumnName, options: null, staysOnCpu: true);

        HashTrainingSummary Summarize(TrainingOutcome outcome) => new()
        {
            Seed = seed,
            Device = device.ToString(),
            Precision = computeType.ToString(),
            Steps = outcome.Steps,
            Seconds = Math.Round(outcome.Elapsed.TotalSeconds, 1),
            StopReason = outcome.StopReason,
            ValidationMap = outcome.BestValidation?.Map,
            ValidationNdcg = outcome.BestValidation?.Ndcg,
            LabeledRows = set.LabeledRows.Length,
            UnlabeledRows = set.UnlabeledRows.Length,
            Classes = set.Labels.Names,
            Warnings = outcome.Warnings,
            History = outcome.History,
        };

        byte[] Export(HashTrainingSummary summary)
        {
            using var teacher = training.TeacherOnCpu();
            return HashModelExporter.Export(teacher, set.Shape, training.Normalization, TrainingMetadata.Of(_options, teacher, summary));
        }

        float Verify(byte[] exported, int images, float tolerance)
        {
            using var teacher = training.TeacherOnCpu();
            return ExportVerification.Check(exported, teacher, set, training.Batches, images, tolerance);
        }
    }

    /// <summary>The input's columns and the two columns that the encoder adds.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (!inputSchema.Any(c => c.Name == _options.LabelColumnName))
            throw new ArgumentOutOfRangeException(nameof(inputSchema), $"There is no label column '{_options.LabelColumnName}'.");
        return HashSchema.Extend(inputSchema, _options.FeatureColumnName ?? _options.InputColumnName, _options.OutputColumnName);
    }
}
