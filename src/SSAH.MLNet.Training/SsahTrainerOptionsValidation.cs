using System.Globalization;

namespace SSAH.MLNet;

public sealed partial class SsahTrainer
{
    /// <summary>Collects every error of an options object, so that a user mends them in one go.</summary>
    private sealed class OptionsValidation(Options options)
    {
        private readonly List<string> _errors = [];

        public static void Check(Options options)
        {
            var validation = new OptionsValidation(options);
            validation.CheckColumns();
            validation.CheckSizes();
            validation.CheckOptimization();
            validation.CheckHardSamples();
            validation.CheckStopping();
            if (validation._errors.Count > 0)
                throw new ArgumentException(
                    $"SsahTrainer.Options has {validation._errors.Count} error(s):{string.Concat(validation._errors.Select(e => "\n- " + e))}", nameof(options));
        }

        private void CheckColumns()
        {
            Require(!string.IsNullOrWhiteSpace(options.InputColumnName), $"{nameof(Options.InputColumnName)} is empty; name the pixel column.");
            Require(!string.IsNullOrWhiteSpace(options.OutputColumnName), $"{nameof(Options.OutputColumnName)} is empty; name the code column to add.");
            Require(!string.IsNullOrWhiteSpace(options.LabelColumnName), $"{nameof(Options.LabelColumnName)} is empty; name the label column.");
        }

        private void CheckSizes()
        {
            Range(nameof(Options.Bits), options.Bits, 1, Hashing.BinaryCodes.MaxBits);
            Range(nameof(Options.LabeledBatchSize), options.LabeledBatchSize, 2, 4096);
            Range(nameof(Options.UnlabeledBatchSize), options.UnlabeledBatchSize, 0, 16384);
            Require(options.UnlabeledBatchSize != 1, $"{nameof(Options.UnlabeledBatchSize)} is 1; it must be 0 (none) or at least 2.");
            Range(nameof(Options.ReportEverySteps), options.ReportEverySteps, 1, int.MaxValue);
            if (options.Backbone is null)
                _errors.Add($"{nameof(Options.Backbone)} is null; {nameof(Backbone)}.{nameof(Backbone.Auto)} is the default.");
            else
                _errors.AddRange(options.Backbone.Errors());
            if (options.BackboneLearningRateFactor is { } factor)
                Range(nameof(Options.BackboneLearningRateFactor), factor, 0, 10);
            Require(Enum.IsDefined(options.Device), $"{nameof(Options.Device)} is not a {nameof(TrainingDevice)}.");
            Require(Enum.IsDefined(options.Precision), $"{nameof(Options.Precision)} is not a {nameof(TrainingPrecision)}.");
        }

        private void CheckOptimization()
        {
            Range(nameof(Options.LearningRate), options.LearningRate, 1e-6, 10);
            Range(nameof(Options.AdversaryLearningRate), options.AdversaryLearningRate, 0, 1);
            Range(nameof(Options.WarmUp), options.WarmUp, 0, 0.5);
            Range(nameof(Options.WeightDecay), options.WeightDecay, 0, 1);
            Range(nameof(Options.SimilarityWeight), options.SimilarityWeight, 0, 1000);
            Range(nameof(Options.SimilarityScale), options.SimilarityScale, 0.1, 1000);
            Range(nameof(Options.ClassificationWeight), options.ClassificationWeight, 0, 1000);
            Range(nameof(Options.QuantizationWeight), options.QuantizationWeight, 0, 1000);
            Range(nameof(Options.AdversarialWeight), options.AdversarialWeight, 0, 1000);
            Range(nameof(Options.ConsistentWeight), options.ConsistentWeight, 0, 1000);
            Range(nameof(Options.ConsistentRamp), options.ConsistentRamp, 0, 1);
            if (options.ConfidenceThreshold is { } threshold)
                Range(nameof(Options.ConfidenceThreshold), threshold, 0, 1);
            Range(nameof(Options.TeacherDecay), options.TeacherDecay, 0, 0.99999);
            Range(nameof(Options.CropShift), options.CropShift, 0, 0.5);
            Range(nameof(Options.ColorJitter), options.ColorJitter, 0, 0.9);
            Require(Enum.IsDefined(options.LabelSimilarity), $"{nameof(Options.LabelSimilarity)} is not a {nameof(LabelSimilarity)}.");
            Require(Enum.IsDefined(options.Schedule), $"{nameof(Options.Schedule)} is not a {nameof(LearningRateSchedule)}.");
            Require(options.SimilarityWeight > 0 || options.ClassificationWeight > 0,
                $"{nameof(Options.SimilarityWeight)} and {nameof(Options.ClassificationWeight)} are both 0: nothing would be learned from the labels.");
        }

        private void CheckHardSamples()
        {
            Require(Enum.IsDefined(options.HardSamples), $"{nameof(Options.HardSamples)} is not a {nameof(HardSampleSource)}.");
            Range(nameof(Options.MinOcclusionArea), options.MinOcclusionArea, 0, 0.9);
            Range(nameof(Options.MaxOcclusionArea), options.MaxOcclusionArea, options.MinOcclusionArea, 0.9);
            Range(nameof(Options.MaxRotationDegrees), options.MaxRotationDegrees, 0, 180);
            Range(nameof(Options.MinRotationDegrees), options.MinRotationDegrees, 0, 180);
            Range(nameof(Options.MinMargin), options.MinMargin, 0, 100);
            Range(nameof(Options.MaxMargin), options.MaxMargin, options.MinMargin, 100);
            Range(nameof(Options.FastestPacing), options.FastestPacing, 0.001, 1);
            Range(nameof(Options.CopingShare), options.CopingShare, 0.001, 1000);
            if (options.FixedDifficulty is { } level)
                Range(nameof(Options.FixedDifficulty), level, 0, 1);
            foreach (int scale in options.OcclusionScales ?? [])
                Range(nameof(Options.OcclusionScales), scale, 1, 256);
            bool warps = options.OcclusionScales is not { Count: 0 } || options.MaxRotationDegrees > 0;
            Require(options.HardSamples == HardSampleSource.None || warps,
                $"{nameof(Options.OcclusionScales)} is empty and {nameof(Options.MaxRotationDegrees)} is 0: no hard sample can be made. "
                + $"Set {nameof(Options.HardSamples)} to {nameof(HardSampleSource.None)} if that is meant.");
        }

        private void CheckStopping()
        {
            if (options.Epochs is { } epochs)
                Range(nameof(Options.Epochs), epochs, 1, int.MaxValue);
            if (options.MaxSteps is { } steps)
                Range(nameof(Options.MaxSteps), steps, 1, int.MaxValue);
            Require(options.TimeBudget is not { } budget || budget > TimeSpan.Zero, $"{nameof(Options.TimeBudget)} must be above zero.");
            Range(nameof(Options.ValidationFraction), options.ValidationFraction, 0, 0.95);
            if (options.EarlyStoppingPatience is { } patience)
            {
                Range(nameof(Options.EarlyStoppingPatience), patience, 1, int.MaxValue);
                Require(options.ValidationFraction > 0, $"{nameof(Options.EarlyStoppingPatience)} needs {nameof(Options.ValidationFraction)} above 0.");
            }
            Require(Enum.IsDefined(options.OnCancel), $"{nameof(Options.OnCancel)} is not a {nameof(CancellationBehavior)}.");
        }

        private void Range(string name, double value, double low, double high) =>
            Require(value >= low && value <= high, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must lie from {low} to {high}."));

        private void Require(bool condition, string error)
        {
            if (!condition)
                _errors.Add(error);
        }
    }
}
