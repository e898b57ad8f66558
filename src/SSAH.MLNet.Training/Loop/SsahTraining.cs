using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Optimizers;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static SSAH.MLNet.Training.Workarounds.TorchSharpScalarFinalization;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>One training of SSAH, readable from top to bottom in the order in which things happen.</summary>
internal sealed partial class SsahTraining : IDisposable
{
    private const int AdaptingImages = 256;

    // Pixels from which on memory is scarcer than a tenth of the time.
    private const int LargeImage = 64 * 64;
    private readonly SsahTrainer.Options _options;
    private readonly TrainingSet _set;
    private readonly MiniBatchSource _batches;
    private readonly IImageSource _images;
    private readonly RowStream _labeledRows;
    private readonly RowStream? _unlabeledRows;
    private readonly TrainingSchedule _schedule;
    private readonly TrainingNetworks _networks;
    private readonly MovingAverage _average;
    private readonly ConfidenceRule _confidence;
    private readonly PseudoLabeling _pseudoLabeling;
    private readonly HashingObjective _objective;
    private readonly SelfPacedPolicy _policy;
    private readonly NesterovOptimizer _hashOptimizer;
    private readonly AdamOptimizer? _adversaryOptimizer;
    private readonly bool _sharesCasts;
    private MetricsWindow _window = new();
    private TimeSpan _lastReport;
    private double _lastProgress;

    public SsahTraining(TrainingSet set, SsahTrainer.Options options, Device device, ScalarType computeType, int seed,
        PixelResidence? residence = null, bool? sharesCasts = null)
    {
        _set = set;
        _options = options;
        // On the CPU a cast costs nothing beside a convolution, and gradients are added up in float32.
        _sharesCasts = sharesCasts ?? device.type != DeviceType.CPU;
        Normalization = ImageNormalization.Measure(set);
        var augmentation = new ImageAugmentation(options.Augmentation.CropShift, options.Augmentation.HorizontalFlip, options.Augmentation.ColorJitter);
        _batches = new MiniBatchSource(set, Normalization, augmentation, () => new Random(seed + 1), device, residence);
        _labeledRows = new RowStream(set.LabeledRows, () => new Random(seed + 2));
        bool usesUnlabeled = set.UnlabeledRows.Length > 0 && options.Consistency is { Weight: > 0, UnlabeledBatchSize: > 0 };
        _unlabeledRows = usesUnlabeled ? new RowStream(set.UnlabeledRows, () => new Random(seed + 3)) : null;
        _schedule = new TrainingSchedule(options, StepsOfEpoch(usesUnlabeled));

        _networks = new TrainingNetworks(set, Normalization, options, device, computeType, seed);
        // On a GPU time is scarcer than memory.
        bool recomputes = device.type == DeviceType.CPU && set.Shape.Height * set.Shape.Width >= LargeImage;
        HashNetwork.Recomputation = recomputes ? new Recomputation() : null;
        HashNetwork.Measure(() => _batches.Plain(SpreadRows(set)));
        bool featuresAreFixed = HashNetwork.HasFrozenBackbone && options.HardSamples.Source == HardSampleSource.None;
        _images = featuresAreFixed ? new CachedFeatures(HashNetwork, _batches, set.Labels.Count) : _batches;
        var groups = ParameterGroups.Of(HashNetwork, options);
        _hashOptimizer = new NesterovOptimizer(groups, momentum: 0.9);
        _average = new MovingAverage(Teacher, HashNetwork, [.. groups.SelectMany(group => group.Parameters)], _hashOptimizer.Weights,
            options.Consistency.TeacherDecay);
        _confidence = new ConfidenceRule(options.Consistency.ConfidenceThreshold, device);
        _pseudoLabeling = new PseudoLabeling(Teacher, set.Labels.IsMultiLabel, _confidence);
        var losses = options.Losses;
        _objective = new HashingObjective(losses.SimilarityWeight, losses.SimilarityScale, losses.ClassificationWeight, set.Labels.IsMultiLabel,
            losses.LabelSimilarity);
        _policy = new SelfPacedPolicy(PacingRange.Of(options.HardSamples), options.HardSamples.FixedDifficulty);
        _adversaryOptimizer = Adversary is null ? null
            : new AdamOptimizer([new ParameterGroup([.. Adversary.parameters()], options.HardSamples.AdversaryLearningRate)], beta1: 0.5);
    }

    /// <summary>Mean and deviation that the images were normalized with.</summary>
    public ImageNormalization Normalization { get; }

    /// <summary>The moving average of H-Net: what is validated and exported.</summary>
    public HashNetwork Teacher => _networks.Teacher;

    /// <summary>Mini-batches of the training set.</summary>
    public MiniBatchSource Batches => _batches;

    /// <summary>H-steps so far.</summary>
    public int Step { get; private set; }

    /// <summary>Share of the training that was done after the last step; read once per step, since a time budget may end between two looks.</summary>
    public double Progress { get; private set; }

    /// <summary>Time since the first step began.</summary>
    public TimeSpan Elapsed => _schedule.Elapsed;

    /// <summary>Largest number of H-steps; long.MaxValue where only time ends the training.</summary>
    public long MaxSteps => _schedule.MaxSteps;

    /// <summary>H-steps of a pass over the labeled or the unlabeled rows.</summary>
    public int StepsPerEpoch => _schedule.StepsPerEpoch;

    /// <summary>Whether a report is due after the last step.</summary>
    public bool ReportIsDue => Step % _options.ReportEverySteps == 0 || Progress >= 1;

    private HashNetwork HashNetwork => _networks.Hash;

    private AdversarialNetwork? Adversary => _networks.Adversary;

    private HardSampleSource Source => _options.HardSamples.TrainedSource;

    /// <summary>The teacher on the CPU, for export. The caller disposes of it.</summary>
    public HashNetwork TeacherOnCpu() => _networks.TeacherOnCpu();

    /// <summary>Computes the features of a frozen backbone, which no time budget must have to pay for, and which are the same whenever a training is
    /// resumed. Does nothing elsewhere.</summary>
    /// <param name="proceed">Called between two batches with the number of images so far and of all.</param>
    public void Prepare(Action<int, int> proceed)
    {
        if (_images is not CachedFeatures features)
            return;
        int[] rows = _unlabeledRows is null ? _set.LabeledRows : [.. _set.LabeledRows, .. _set.UnlabeledRows];
        int done = 0;
        foreach (int[] chunk in rows.Chunk(AdaptingImages))
        {
            features.Compute(chunk);
            proceed(done += chunk.Length, rows.Length);
        }
    }

    /// <summary>One H-step and, with an adversary, one A-step on the same batch.</summary>
    /// <exception cref="TrainingDivergedException">A loss was not finite; no weight was changed by this step.</exception>
    public void RunStep()
    {
        using var activity = TrainingTelemetry.Step();
        using var scope = NewDisposeScope();
        HashNetwork.Recomputation?.Forget();
        using var casts = _sharesCasts ? HashNetwork.ShareCasts() : null;
        _schedule.Start();
        double progress = Progress;
        double rate = RateScale * _schedule.LearningRateFactor(progress);
        var losses = new StepLosses();

        // Easy pass: labeled images through H-Net, unlabeled images past the teacher.
        var labeled = DrawLabeled();
        double consistentWeight = _unlabeledRows is null ? 0 : ConsistentLoss.Weight(_options.Consistency.Weight, progress, _options.Consistency.Ramp);
        var pseudo = LabelUnlabeled(consistentWeight);
        var easy = EasyPass(labeled, losses);

        // Hard pass: their hard samples must hash like them.
        var anchors = HardAnchors(easy, labeled, pseudo);
        var hard = MakeHardSamples(labeled, pseudo, anchors);
        var leaf = hard?.Images.detach().requires_grad_(Adversary is not null);
        var weights = leaf is null ? null : HardPass(losses, easy, labeled, pseudo, anchors, leaf, consistentWeight);

        // H-step.
        Backward(losses.Total);
        var figures = losses.ToHost(Step, _objective.TotalWeight);
        StepHashNetwork(rate);

        // A-step: H-Net is only read, through the gradient that its own step left at the images.
        if (hard is { } samples && figures is { Hard: { } hardMean, Easy: { } easyMean } && Adversary is not null)
            StepAdversary(samples, leaf!, weights!, hardMean - easyMean, rate);
        Observe(figures, easy, hard, progress);
        Progress = _schedule.Progress(++Step);
    }

    /// <summary>Closes the present window of metrics.</summary>
    public SsahTrainingMetrics Report(ValidationFigures? validation)
    {
        using var window = _window;
        _window = new MetricsWindow();
        var elapsed = _schedule.Elapsed;
        double seconds = Math.Max(1e-9, (elapsed - _lastReport).TotalSeconds);
        _lastReport = elapsed;
        var (activation, bitMeans) = window.Codes();
        var (area, angle) = window.Warps();
        var metrics = new SsahTrainingMetrics
        {
            Step = Step,
            Epoch = Step / (double)_schedule.StepsPerEpoch,
            Progress = Progress,
            Elapsed = elapsed,
            LearningRate = RateScale * _options.Optimization.LearningRate * _schedule.LearningRateFactor(Progress),
            TotalLoss = window.Total,
            SimilarityLoss = window.Loss(LossTerm.Similarity),
            ClassificationLoss = window.Loss(LossTerm.Classification),
            QuantizationLoss = window.Loss(LossTerm.Quantization),
            AdversarialLoss = window.Loss(LossTerm.Adversarial),
            ConsistentLoss = window.Loss(LossTerm.Consistent),
            HardDifficulty = window.HardDifficulty,
            EasyDifficulty = window.EasyDifficulty,
            Margin = _policy.Margin,
            Level = _policy.Level,
            OccludedArea = area,
            MeanAngleDegrees = angle,
            LabeledImages = window.LabeledImages,
            UnlabeledImages = window.UnlabeledImages,
            ConfidentShare = window.ConfidentImages / (double)Math.Max(1, window.UnlabeledImages),
            BitMeans = bitMeans,
            MeanAbsoluteActivation = activation,
            ImagesPerSecond = (window.LabeledImages + window.UnlabeledImages) / seconds,
            ValidationMap = validation?.Map,
            ValidationNdcg = validation?.Ndcg,
        };
        TrainingTelemetry.Record(metrics);
        return metrics;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _window.Dispose();
        _average.Dispose();
        _hashOptimizer.Dispose();
        _adversaryOptimizer?.Dispose();
        _networks.Dispose();
        _batches.Dispose();
        _confidence.Dispose();
    }

    // Folders list their files class by class, so take rows from all over the set, not the first ones.
    private static int[] SpreadRows(TrainingSet set)
    {
        int[] rows = [.. set.LabeledRows, .. set.UnlabeledRows];
        int count = Math.Min(AdaptingImages, rows.Length);
        return [.. Enumerable.Range(0, count).Select(i => rows[(long)i * rows.Length / count])];
    }

    private int StepsOfEpoch(bool usesUnlabeled)
    {
        static int Batches(int rows, int size) => (rows + size - 1) / size;
        int steps = Batches(_set.LabeledRows.Length, _options.Optimization.LabeledBatchSize);
        return usesUnlabeled ? Math.Max(steps, Batches(_set.UnlabeledRows.Length, _options.Consistency.UnlabeledBatchSize)) : steps;
    }

    private MiniBatch DrawLabeled()
    {
        using var phase = TrainingTelemetry.Phase("drawing labeled images");
        int[] rows = _labeledRows.Next(_options.Optimization.LabeledBatchSize);
        return new MiniBatch(_images.Draw(rows), _batches.Targets(rows));
    }

    private PseudoLabels? LabelUnlabeled(double consistentWeight)
    {
        using var phase = TrainingTelemetry.Phase("unlabeled images and the teacher");
        // Below a hundredth of its weight the loss would cost its time and teach nothing.
        if (_unlabeledRows is null || consistentWeight < 0.01 * _options.Consistency.Weight)
            return null;
        int[] rows = _unlabeledRows.Next(_options.Consistency.UnlabeledBatchSize);
        var pseudo = _pseudoLabeling.Label(_images.Draw(rows), rows);
        _window.AddImages(0, rows.Length, pseudo?.Count ?? 0);
        return pseudo;
    }

    private HashOutput EasyPass(MiniBatch labeled, StepLosses losses)
    {
        using var phase = TrainingTelemetry.Phase("easy pass");
        HashNetwork.TrackStatistics(true);
        var easy = HashNetwork.call(labeled.Images);
        var peers = new Anchors(easy.Code, labeled.Targets);
        losses.Add(LossTerm.Similarity, _objective.Similarity(easy.Code, labeled.Targets, peers, skipSelf: true).mean(), _options.Losses.SimilarityWeight);
        losses.Add(LossTerm.Classification, _objective.Classification(easy, labeled.Targets).mean(), _options.Losses.ClassificationWeight);
        losses.Add(LossTerm.Quantization, QuantizationLoss.PerRow(easy.Code).mean(), _options.Losses.QuantizationWeight);
        return easy;
    }

    // The codes that hard samples are compared with.
    private static Anchors HardAnchors(HashOutput easy, MiniBatch labeled, PseudoLabels? pseudo)
    {
        var easyCode = easy.Code.detach();
        return pseudo is { Targets: { } targets } known
            ? new Anchors(cat([easyCode, known.Teacher.Code]), cat([labeled.Targets, targets]))
            : new Anchors(easyCode, labeled.Targets);
    }

    private HardSamples? MakeHardSamples(MiniBatch labeled, PseudoLabels? pseudo, Anchors anchors)
    {
        using var phase = TrainingTelemetry.Phase("making hard samples");
        if (Source == HardSampleSource.None)
            return pseudo is { } images ? HardSamples.Unchanged(_images.Draw(images.Rows, strong: true)) : null;
        // A different and stronger view than the teacher saw: agreeing on the same view would teach less.
        var sources = pseudo is { } unlabeled ? cat([labeled.Images, _images.Draw(unlabeled.Rows, strong: true)]) : labeled.Images;
        return Make(sources, Difficulty);

        Tensor Difficulty(Tensor images)
        {
            var (known, guessed) = HardLosses(images, labeled, pseudo, anchors);
            return guessed is null ? known! : cat([known!, guessed]);
        }
    }

    private HardSamples Make(Tensor images, Func<Tensor, Tensor> difficulty)
    {
        var limits = new HardSampleLimits(_policy.Area, _policy.AngleDegrees * Math.PI / 180);
        return Adversary?.call(images, limits) ?? (Source == HardSampleSource.HardestRandom
            ? _networks.RandomSamples!.MakeHardest(images, limits, difficulty)
            : _networks.RandomSamples!.Make(images, limits));
    }

    // The loss of each hard sample: of labeled images by their labels, of unlabeled ones by what the teacher says. Without a source of hard samples
    // there are none of the former.
    private (Tensor? Labeled, Tensor? Unlabeled) HardLosses(Tensor images, MiniBatch labeled, PseudoLabels? pseudo, Anchors anchors)
    {
        HashNetwork.TrackStatistics(false);
        var output = HashNetwork.call(images);
        long first = Source == HardSampleSource.None ? 0 : labeled.Images.shape[0];
        return (first == 0 ? null : _objective.PerRow(Slice(output, 0, first), labeled.Targets, known: null, anchors),
            pseudo is { } unlabeled ? Consistency(Slice(output, first, unlabeled.Count), unlabeled, anchors) : null);
    }

    // Gives the weight with which every hard sample's loss stands in H-Net's, [N].
    private Tensor HardPass(
        StepLosses losses, HashOutput easy, MiniBatch labeled, PseudoLabels? pseudo, Anchors anchors, Tensor images, double consistentWeight)
    {
        using var phase = TrainingTelemetry.Phase("hard pass");
        var (hard, consistent) = HardLosses(images, labeled, pseudo, anchors);
        var weights = new List<Tensor>();
        if (hard is not null)
        {
            // Against the same anchors, the image itself included: a hard sample that is its image is exactly as hard.
            var plain = _objective.PerRow(new HashOutput(easy.Code.detach(), easy.Logits?.detach()), labeled.Targets, known: null, anchors);
            var mean = hard.mean();
            losses.Add(LossTerm.Adversarial, mean, _options.HardSamples.Weight);
            losses.AddDifficulty(mean, plain.mean());
            weights.Add(Repeated(_options.HardSamples.Weight / hard.shape[0], hard.shape[0], images.device));
        }
        if (consistent is not null)
        {
            // Divided by all images drawn, so that few confident ones weigh little.
            double share = 1.0 / _options.Consistency.UnlabeledBatchSize;
            losses.Add(LossTerm.Consistent, consistent.sum().Times(share), consistentWeight);
            weights.Add(Repeated(consistentWeight * share, consistent.shape[0], images.device));
        }
        return cat(weights);
    }

    private Tensor Consistency(HashOutput output, PseudoLabels pseudo, Anchors anchors)
    {
        var codes = ConsistentLoss.PerRow(output.Code, pseudo.Teacher.Code);
        return pseudo.Targets is { } targets ? codes.Plus(_objective.PerRow(output, targets, pseudo.Known, anchors)) : codes;
    }

    private void Backward(Tensor loss)
    {
        using var phase = TrainingTelemetry.Phase("backward pass");
        _hashOptimizer.ZeroGradients();
        loss.backward();
        HashNetwork.Recomputation?.Backward();
    }

    private void StepHashNetwork(double rate)
    {
        using var phase = TrainingTelemetry.Phase("H-step and teacher");
        _hashOptimizer.Step(rate);
        _average.Update(Step);
    }

    // A-Net minimizes |mean d - tau|: its gradient at an image is one sign times that of d, which H-Net's backward pass has already computed,
    // weighted. Adam does not mind d's divisor.
    private void StepAdversary(HardSamples hard, Tensor leaf, Tensor weights, double gap, double rate)
    {
        using var phase = TrainingTelemetry.Phase("A-step");
        if (leaf.grad is not { } gradient)
            return;
        // Of labeled images only, whose easy view is the hard sample's source: an unlabeled image's other view is hard for H-Net before A-Net touches it.
        // And not one sign for each image: images beyond their target have the largest gradients, outvote all others, and make A-Net timid.
        double sign = Math.Sign(gap - _policy.Margin);
        // An image without weight in H-Net's loss left no gradient to learn from.
        var factor = (weights.IsPositive().Times(sign) / weights.AtLeast(1e-12)).Over(weights.shape[0]);
        _adversaryOptimizer!.ZeroGradients();
        // The gradient of this product with a constant is the gradient that was wanted.
        (hard.Images * (gradient * factor.view(-1, 1, 1, 1)).detach()).sum().backward();
        _adversaryOptimizer.Step(rate);
    }

    private void Observe(StepFigures figures, HashOutput easy, HardSamples? hard, double progress)
    {
        _window.Add(figures);
        _window.AddCodes(easy.Code);
        _window.AddImages(_options.Optimization.LabeledBatchSize, 0, 0);
        if (hard is { } samples && figures is { Hard: { } hardMean, Easy: { } easyMean })
        {
            _policy.Observe(hardMean, easyMean, Math.Max(0, progress - _lastProgress));
            _window.AddWarps(samples.Areas, samples.Angles);
            _window.AddDifficulty(hardMean, easyMean);
        }
        _lastProgress = progress;
        TrainingTelemetry.Count(_options.Optimization.LabeledBatchSize, _unlabeledRows is null ? 0 : _options.Consistency.UnlabeledBatchSize);
    }

    private static HashOutput Slice(HashOutput output, long start, long count) =>
        new(output.Code.narrow(0, start, count), output.Logits?.narrow(0, start, count));
}
