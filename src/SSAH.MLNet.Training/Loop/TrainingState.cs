using SSAH.MLNet.Training.Method;

namespace SSAH.MLNet.Training.Loop;

/// <summary>Where a training is, beside its tensors. What is drawn at random is counted: the same seed and count give the same draws.</summary>
/// <param name="Step">H-steps so far.</param>
/// <param name="LastProgress">Share that was done before the last step.</param>
/// <param name="Elapsed">Time so far.</param>
/// <param name="RateScale">What all learning rates are multiplied by.</param>
/// <param name="LabeledRows">Labeled rows drawn.</param>
/// <param name="UnlabeledRows">Unlabeled rows drawn.</param>
/// <param name="Images">Views of images drawn.</param>
/// <param name="HashSteps">Steps of H-Net's optimizer.</param>
/// <param name="AdversarySteps">Steps of A-Net's.</param>
/// <param name="Pacing">The self-paced policy.</param>
internal sealed record TrainingState(
    int Step, double LastProgress, TimeSpan Elapsed, double RateScale, long LabeledRows, long UnlabeledRows, long Images, int HashSteps,
        int AdversarySteps, PacingState Pacing);

/// <summary>Where the reports and validations of a training are.</summary>
/// <param name="Best">Figures of the best encoder.</param>
/// <param name="ValidationsWithoutGain">Validations since.</param>
/// <param name="Last">Figures of the last validation.</param>
/// <param name="History">The reports.</param>
internal sealed record RunState(ValidationFigures? Best, int ValidationsWithoutGain, ValidationFigures? Last, HistoryState History);

/// <summary>The reports of a <see cref="MetricsHistory"/>.</summary>
/// <param name="Kept">Those that were kept.</param>
/// <param name="Latest">The last one.</param>
/// <param name="Every">One of how many is kept.</param>
/// <param name="Count">How many there were.</param>
internal sealed record HistoryState(IReadOnlyList<SsahTrainingMetrics> Kept, SsahTrainingMetrics? Latest, int Every, int Count);
