namespace SSAH.MLNet.Training.SelfPacing;

/// <summary>
/// Decides how hard the generated samples have to be: a level from 0 to 1 that sets the target margin mu and the limits of area and angle.
/// </summary>
/// <remarks>
/// From the paper: difficulty is raised gradually and follows the present state of H-Net. Reconstructed: the rule. The level rises while the running mean of
/// d(x~) - d(x) stays at or below the present mu, that is, while H-Net copes, and is held otherwise.
/// </remarks>
internal sealed class SelfPacedPolicy
{
    private const double Smoothing = 0.95;
    private readonly PacingRange _options;
    private readonly bool _fixed;
    private double _gapSum;
    private double _gapWeight;

    public SelfPacedPolicy(PacingRange options, double? fixedLevel)
    {
        _options = options;
        _fixed = fixedLevel.HasValue;
        Level = fixedLevel ?? 0;
    }

    /// <summary>Present difficulty, 0 to 1.</summary>
    public double Level { get; private set; }

    /// <summary>Margin mu by which a hard sample's loss is to exceed its image's, in units of the loss.</summary>
    public double Margin => Between(_options.MinMargin, _options.MaxMargin);

    /// <summary>Largest occluded share of the image.</summary>
    public double Area => Between(_options.MinArea, _options.MaxArea);

    /// <summary>Largest rotation to either side, in degrees.</summary>
    public double AngleDegrees => Between(_options.MinAngleDegrees, _options.MaxAngleDegrees);

    /// <summary>Running mean of d(x~) - d(x), corrected for its start at zero; 0 before the first observation.</summary>
    public double Gap => _gapWeight > 0 ? _gapSum / _gapWeight : 0;

    /// <summary>Takes in one step: the mean d(x~) - d(x) of its batch and the share of the training that the step covers.</summary>
    public void Observe(double gap, double progressDelta)
    {
        if (!double.IsFinite(gap))
            throw new ArgumentOutOfRangeException(nameof(gap), gap, "The difficulty must be finite.");
        _gapSum = Smoothing * _gapSum + (1 - Smoothing) * gap;
        _gapWeight = Smoothing * _gapWeight + (1 - Smoothing);
        if (!_fixed && Gap <= Margin)
            Level = Math.Min(1, Level + progressDelta / _options.FastestRamp);
    }

    private double Between(double low, double high) => low + Level * (high - low);
}

/// <summary>Ranges over which <see cref="SelfPacedPolicy"/> moves.</summary>
/// <param name="MinMargin">mu at level 0.</param>
/// <param name="MaxMargin">mu at level 1.</param>
/// <param name="MinArea">Occluded share at level 0.</param>
/// <param name="MaxArea">Occluded share at level 1.</param>
/// <param name="MinAngleDegrees">Angle limit at level 0.</param>
/// <param name="MaxAngleDegrees">Angle limit at level 1.</param>
/// <param name="FastestRamp">Share of the training that the way from level 0 to 1 takes when H-Net always copes.</param>
internal sealed record PacingRange(
    double MinMargin, double MaxMargin, double MinArea, double MaxArea, double MinAngleDegrees, double MaxAngleDegrees, double FastestRamp);
