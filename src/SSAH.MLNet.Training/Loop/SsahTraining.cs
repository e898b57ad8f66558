using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Losses;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.SelfPacing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>One training of SSAH, readable from top to bottom in the order in which things happen.</summary>
internal sealed class SsahTraining : IDisposable
{
    private const int AdaptingImages = 256;
    private readonly SsahTrainer.Options _options;
    private readonly TrainingSet _set;
    private readonly MiniBatchSource _batches;
    private readonly IBatchSource _drawn;
    private readonly RowStream _labeledRows;
    private readonly RowStream? _unlabeledRows;
    private readonly TrainingSchedule _schedule;
    private readonly HashNetwork _hashNetwork;
    private readonly HashNetwork _teacher;
    private readonly MovingAverage _average;
    private readonly ConfidenceRule _confidence;
    private readonly Teaching _teaching;
    private readonly HashingObjective _objective;
    private readonly AdversarialNetwork? _adversary;
    private readonly RandomHardSamples? _randomSamples;
    private readonly SelfPacedPolicy _policy;
    private readonly optim.Optimizer _hashOptimizer;
    private readonly optim.Optimizer? _adversaryOptimizer;
    private MetricsWindow _window = new();
    private TimeSpan _lastReport;
    private double _lastProgress;

    public SsahTraining(TrainingSet set, SsahTrainer.Options options, Device device, ScalarType computeType, int seed)
    {
        _set = set;
        _options = options;
        Normalization = ImageNormalization.Measure(set);
        var view = new EasyView(options.Augmentation.CropShift, options.Augmentation.HorizontalFlip, options.Augmentation.ColorJitter);
        _batches = new MiniBatchSource(set, Normalization, view, new Random(seed + 1), device);
        _labeledRows = new RowStream(set.LabeledRows, new Random(seed + 2));
        bool usesUnlabeled = set.UnlabeledRows.Length > 0 && options.Consistency is { Weight: > 0, UnlabeledBatchSize: > 0 };
        _unlabeledRows = usesUnlabeled ? new RowStream(set.UnlabeledRows, new Random(seed + 3)) : null;
        _schedule = new TrainingSchedule(options, StepsPerEpoch(usesUnlabeled));

        (_hashNetwork, _teacher, _adversary, _randomSamples) = NetworkSet.Create(set, Normalization, options, device, seed);
        _hashNetwork.ComputeType = _teacher.ComputeType = computeType;
        _hashNetwork.AdaptNormalization(() => _batches.Plain(SpreadRows(set)));
        bool featuresAreFixed = _hashNetwork.HasFrozenBackbone && options.HardSamples.Source == HardSampleSource.None;
        _drawn = featuresAreFixed ? new CachedFeatures(_hashNetwork, _batches, set.Labels.Count) : _batches;
        _average = new MovingAverage(_teacher, _hashNetwork, options.Consistency.TeacherDecay);
        _confidence = new ConfidenceRule(options.Consistency.ConfidenceThreshold);
        _teaching = new Teaching(_teacher, set.Labels.IsMultiLabel, _confidence);
        _objective = new HashingObjective(options.Losses.SimilarityWeight, options.Losses.SimilarityScale, options.Losses.ClassificationWeight, set.Labels.IsMultiLabel, options.Losses.LabelSimilarity);
        _policy = new SelfPacedPolicy(
            new PacingRange(options.HardSamples.MinMargin, options.HardSamples.MaxMargin, options.HardSamples.MinOcclusionArea, options.HardSamples.MaxOcclusionArea,
                Math.Min(options.HardSamples.MinRotationDegrees, options.HardSamples.MaxRotationDegrees), options.HardSamples.MaxRotationDegrees, options.HardSamples.FastestPacing, options.HardSamples.RisingLossShare),
            options.HardSamples.FixedDifficulty);
        _hashOptimizer = optim.SGD(ParameterGroups.Of(_hashNetwork, options), options.Optimization.LearningRate, momentum: 0.9, nesterov: true);
        _adversaryOptimizer = _adversary is null ? null : optim.Adam(_adversary.parameters(), options.HardSamples.AdversaryLearningRate, beta1: 0.5);
    }

    /// <summary>Mean and deviation that the images were normalized with.</summary>
    public ImageNormalization Normalization { get; }

    /// <summary>The moving average of H-Net: what is validated and exported.</summary>
    public HashNetwork Teacher => _teacher;

    /// <summary>Mini-batches of the training set.</summary>
    public MiniBatchSource Batches => _batches;

    /// <summary>H-steps so far.</summary>
    public int Step { get; private set; }

    /// <summary>Share of the training that was done after the last step; read once a step, since a time budget may end between two looks.</summary>
    public double Progress { get; private set; }

    /// <summary>Training time so far.</summary>
    public TimeSpan Elapsed => _schedule.Elapsed;

    /// <summary>Called with its name when a phase of a step has ended; for measurements.</summary>
    public Action<string>? PhaseEnded { get; set; }

    /// <summary>Whether a report is due after the last step.</summary>
    public bool ReportIsDue => Step % _options.ReportEverySteps == 0 || Progress >= 1;

    /// <summary>One H-step and, with an adversary, one A-step on the same batch.</summary>
    /// <exception cref="TrainingDivergedException">A loss was not finite; no weight was changed by this step.</exception>
    public void RunStep()
    {
        using var scope = NewDisposeScope();
        double progress = Progress;
        SetLearningRates(_schedule.LearningRateFactor(progress));
        var losses = new StepLosses(Step);

        // Easy pass: labeled images through H-Net, unlabeled images past the teacher.
        var labeled = _drawn.Draw(_labeledRows.Next(_options.Optimization.LabeledBatchSize));
        double consistentWeight = _unlabeledRows is null ? 0 : ConsistentLoss.Weight(_options.Consistency.Weight, progress, _options.Consistency.Ramp);
        PhaseEnded?.Invoke("drawing labeled images");
        var taught = Teach(consistentWeight);
        PhaseEnded?.Invoke("unlabeled images and the teacher");
        _hashNetwork.TrackStatistics(true);
        var easy = _hashNetwork.call(labeled.Images);
        var peers = new Anchors(easy.Code, labeled.Targets);
        losses.Add("similarity", _objective.Similarity(easy.Code, labeled.Targets, peers, skipSelf: true).mean(), _options.Losses.SimilarityWeight);
        losses.Add("classification", _objective.Classification(easy, labeled.Targets).mean(), _options.Losses.ClassificationWeight);
        losses.Add("quantization", QuantizationLoss.PerRow(easy.Code).mean(), _options.Losses.QuantizationWeight);

        PhaseEnded?.Invoke("easy pass");

        // Hard pass: their hard samples must hash like them.
        var anchors = HardAnchors(easy, labeled, taught);
        var hard = MakeHardSamples(labeled, taught, anchors);
        PhaseEnded?.Invoke("making hard samples");
        var leaf = hard?.Images.detach().requires_grad_(_adversary is not null);
        HardDifficulty? difficulty = leaf is null ? null : AddHardLosses(losses, easy, labeled, taught, anchors, leaf, consistentWeight);
        PhaseEnded?.Invoke("hard pass");

        // H-step.
        _hashOptimizer.zero_grad();
        losses.Total.backward();
        PhaseEnded?.Invoke("backward pass");
        _hashOptimizer.step();
        _average.Update(Step);
        PhaseEnded?.Invoke("H-step and teacher");

        // A-step: H-Net is only read, through the gradient that its own step left at the images.
        if (_adversary is not null && hard is { } samples && difficulty is { } measured)
            StepAdversary(samples, leaf!, measured);
        PhaseEnded?.Invoke("A-step");
        Observe(losses, easy, hard, difficulty, progress);
        Progress = _schedule.Progress(++Step);
    }

    /// <summary>Closes the present window of metrics.</summary>
    public SsahTrainingMetrics Report(ValidationFigures? validation)
    {
        var window = _window;
        _window = new MetricsWindow();
        var elapsed = _schedule.Elapsed;
        double seconds = Math.Max(1e-9, (elapsed - _lastReport).TotalSeconds);
        _lastReport = elapsed;
        return new SsahTrainingMetrics
        {
            Step = Step,
            Epoch = Step / (double)_schedule.StepsPerEpoch,
            Progress = Progress,
            Elapsed = elapsed,
            LearningRate = _options.Optimization.LearningRate * _schedule.LearningRateFactor(Progress),
            TotalLoss = window.Mean("total"),
            SimilarityLoss = window.Mean("similarity"),
            ClassificationLoss = window.Mean("classification"),
            QuantizationLoss = window.Mean("quantization"),
            AdversarialLoss = window.Mean("adversarial"),
            ConsistentLoss = window.Mean("consistent"),
            HardDifficulty = window.Mean("hard difficulty"),
            EasyDifficulty = window.Mean("easy difficulty"),
            Margin = _policy.Margin,
            Level = _policy.Level,
            OccludedArea = window.Mean("area"),
            MeanAngleDegrees = window.Mean("angle"),
            LabeledImages = window.LabeledImages,
            UnlabeledImages = window.UnlabeledImages,
            ConfidentShare = window.ConfidentImages / (double)Math.Max(1, window.UnlabeledImages),
            BitMeans = window.BitMeans(),
            MeanAbsoluteActivation = window.Mean("activation"),
            ImagesPerSecond = (window.LabeledImages + window.UnlabeledImages) / seconds,
            ValidationMap = validation?.Map,
            ValidationNdcg = validation?.Ndcg,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hashOptimizer.Dispose();
        _adversaryOptimizer?.Dispose();
        _hashNetwork.Dispose();
        _teacher.Dispose();
        _adversary?.Dispose();
        _randomSamples?.Dispose();
        _confidence.Dispose();
    }

    // Files in folders come class after class: rows from all over the set, not its first ones.
    private static int[] SpreadRows(TrainingSet set)
    {
        int[] rows = [.. set.LabeledRows, .. set.UnlabeledRows];
        int count = Math.Min(AdaptingImages, rows.Length);
        return [.. Enumerable.Range(0, count).Select(i => rows[(long)i * rows.Length / count])];
    }

    private int StepsPerEpoch(bool usesUnlabeled)
    {
        static int Batches(int rows, int size) => (rows + size - 1) / size;
        int steps = Batches(_set.LabeledRows.Length, _options.Optimization.LabeledBatchSize);
        return usesUnlabeled ? Math.Max(steps, Batches(_set.UnlabeledRows.Length, _options.Consistency.UnlabeledBatchSize)) : steps;
    }

    private void SetLearningRates(double factor)
    {
        foreach (var group in _hashOptimizer.ParamGroups)
            group.LearningRate = group.InitialLearningRate * factor;
        foreach (var group in _adversaryOptimizer?.ParamGroups ?? [])
            group.LearningRate = _options.HardSamples.AdversaryLearningRate * factor;
    }

    private TaughtBatch? Teach(double consistentWeight)
    {
        // Below a hundredth of its weight the loss would cost its time and teach nothing.
        if (_unlabeledRows is null || consistentWeight < 0.01 * _options.Consistency.Weight)
            return null;
        int[] rows = _unlabeledRows.Next(_options.Consistency.UnlabeledBatchSize);
        var taught = _teaching.Label(_drawn.Draw(rows), rows);
        _window.AddImages(0, rows.Length, taught?.Count ?? 0);
        return taught;
    }

    // The codes that hard samples are compared with.
    private static Anchors HardAnchors(HashOutput easy, MiniBatch labeled, TaughtBatch? taught)
    {
        var easyCode = easy.Code.detach();
        return taught is { Taught.Logits: not null } known
            ? new Anchors(cat([easyCode, known.Taught.Code]), cat([labeled.Targets, known.Targets]))
            : new Anchors(easyCode, labeled.Targets);
    }

    private HardSamples? MakeHardSamples(MiniBatch labeled, TaughtBatch? taught, Anchors anchors)
    {
        if (_options.HardSamples.Source == HardSampleSource.None)
            return taught is { } images ? HardSamples.Unchanged(_drawn.Draw(images.Rows, strong: true).Images) : null;
        var limits = new HardSampleLimits(_policy.Area, _policy.AngleDegrees * Math.PI / 180);
        // Another view than the teacher saw, and a stronger one: agreeing on one and the same view would teach less.
        var sources = taught is { } unlabeled ? cat([labeled.Images, _drawn.Draw(unlabeled.Rows, strong: true).Images]) : labeled.Images;
        return _adversary?.call(sources, limits) ?? (_options.HardSamples.Source == HardSampleSource.HardestRandom
            ? _randomSamples!.MakeHardest(sources, limits, Difficulty)
            : _randomSamples!.Make(sources, limits));

        Tensor Difficulty(Tensor images)
        {
            var (known, guessed) = HardLosses(images, labeled, taught, anchors);
            return guessed is null ? known! : cat([known!, guessed]);
        }
    }

    // The loss of each hard sample: of labeled images by their labels, of unlabeled ones by what the teacher taught. Without a source of hard samples there are none of the former.
    private (Tensor? Labeled, Tensor? Unlabeled) HardLosses(Tensor images, MiniBatch labeled, TaughtBatch? taught, Anchors anchors)
    {
        _hashNetwork.TrackStatistics(false);
        var output = _hashNetwork.call(images);
        long first = _options.HardSamples.Source == HardSampleSource.None ? 0 : labeled.Images.shape[0];
        return (first == 0 ? null : _objective.PerRow(Slice(output, 0, first), labeled.Targets, known: null, anchors),
            taught is { } unlabeled ? Consistency(Slice(output, first, unlabeled.Count), unlabeled, anchors) : null);
    }

    // The weight with which every hard sample's loss stands in H-Net's, and the mean difficulty of labeled hard samples and of their images.
    private readonly record struct HardDifficulty(Tensor Weights, double LabeledHard, double LabeledEasy);

    private HardDifficulty AddHardLosses(
        StepLosses losses, HashOutput easy, MiniBatch labeled, TaughtBatch? taught, Anchors anchors, Tensor images, double consistentWeight)
    {
        var (hard, consistent) = HardLosses(images, labeled, taught, anchors);
        var weights = new List<Tensor>();
        double hardMean = 0, easyMean = 0;
        if (hard is not null)
        {
            // Against the same anchors, the image itself included: a hard sample that is its image is exactly as hard.
            var plain = _objective.PerRow(new HashOutput(easy.Code.detach(), easy.Logits?.detach()), labeled.Targets, known: null, anchors);
            losses.Add("adversarial", hard.mean(), _options.HardSamples.Weight);
            (hardMean, easyMean) = (hard.detach().mean().ToDouble() / _objective.TotalWeight, plain.mean().ToDouble() / _objective.TotalWeight);
            weights.Add(full(hard.shape[0], _options.HardSamples.Weight / hard.shape[0], device: images.device));
        }
        if (consistent is not null)
        {
            // Divided by all images drawn, so that few confident ones weigh little.
            double share = 1.0 / _options.Consistency.UnlabeledBatchSize;
            losses.Add("consistent", consistent.sum() * share, consistentWeight);
            weights.Add(full(consistent.shape[0], consistentWeight * share, device: images.device));
        }
        return new HardDifficulty(cat(weights), hardMean, easyMean);
    }

    private Tensor Consistency(HashOutput output, TaughtBatch taught, Anchors anchors)
    {
        var codes = ConsistentLoss.PerRow(output.Code, taught.Taught.Code);
        return taught.Taught.Logits is null ? codes : codes + _objective.PerRow(output, taught.Targets, taught.Known, anchors);
    }

    // A-Net minimizes |mean d - tau|: its gradient at an image is one sign times that of d, which H-Net's backward pass has already computed, weighted. Adam does not mind d's divisor.
    private void StepAdversary(HardSamples hard, Tensor leaf, HardDifficulty difficulty)
    {
        if (leaf.grad is not { } gradient)
            return;
        // Of labeled images only, whose easy view is the hard sample's source: an unlabeled image's other view is hard for H-Net before A-Net touches it.
        // And not one sign for each image: images beyond their target have the largest gradients, outvote all others and make A-Net timid.
        double sign = Math.Sign(difficulty.LabeledHard - difficulty.LabeledEasy - _policy.Margin);
        // An image without weight in H-Net's loss left no gradient to learn from.
        var factor = sign * difficulty.Weights.gt(0) / difficulty.Weights.clamp_min(1e-12) / difficulty.Weights.shape[0];
        _adversaryOptimizer!.zero_grad();
        // The gradient of this product with a constant is the gradient that was wanted.
        (hard.Images * (gradient * factor.view(-1, 1, 1, 1)).detach()).sum().backward();
        _adversaryOptimizer.step();
    }

    private void Observe(StepLosses losses, HashOutput easy, HardSamples? hard, HardDifficulty? difficulty, double progress)
    {
        foreach (var (term, value) in losses.Values)
            _window.Add(term, value);
        _window.Add("total", losses.Total.detach().ToDouble());
        _window.Add("activation", easy.Code.detach().abs().mean().ToDouble());
        _window.AddBits(easy.Code.detach().ge(0).to(ScalarType.Float32).mean([0]).cpu().data<float>().ToArray());
        _window.AddImages(_options.Optimization.LabeledBatchSize, 0, 0);
        if (hard is { } samples && difficulty is { } measured && _options.HardSamples.Source != HardSampleSource.None)
        {
            _policy.Observe(measured.LabeledHard, measured.LabeledEasy, Math.Max(0, progress - _lastProgress));
            _window.Add("area", samples.Areas.mean().ToDouble());
            _window.Add("angle", samples.Angles.mean().ToDouble());
            _window.Add("hard difficulty", measured.LabeledHard);
            _window.Add("easy difficulty", measured.LabeledEasy);
        }
        _lastProgress = progress;
    }

    private static HashOutput Slice(HashOutput output, long start, long count) =>
        new(output.Code.narrow(0, start, count), output.Logits?.narrow(0, start, count));
}
