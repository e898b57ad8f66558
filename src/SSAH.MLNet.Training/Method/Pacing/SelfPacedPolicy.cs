namespace SSAH.MLNet.Training.Method;

/// <summary>
/// Decides how hard the generated samples have to be: a level from 0 to 1 that sets the target margin mu and the limits of area and angle.
/// </summary>
/// <remarks>
/// From the paper: difficulty is raised gradually and follows the present state of H-Net. Reconstructed: the rule. The level rises while H-Net copes and is
/// held otherwise. It copes while the loss of its hard samples is at most a share of the loss that it began with, and their margin over easy images at most
/// mu. The margin alone would not do: a network that knows nothing finds hard samples no harder than easy ones.
/// </remarks>
internal sealed class SelfPacedPolicy
{
    private const double Smoothing = 0.95;
    private readonly PacingRange _options;
    private readonly bool _fixed;
    private double _gapSum;
    private double _hardSum;
    private double _weight;
    private double? _start;

    public SelfPacedPolicy(PacingRange options, double? fixedLevel)
    {
        _options = options;
        _fixed = fixedLevel.HasValue;
        Level = fixedLevel ?? 0;
    }

    /// <summary>Present difficulty, 0 to 1.</summary>
    public double Level { get; private set; }

    /// <summary>Everything that the next observations meet.</summary>
    public PacingState State
    {
        get => new(Level, _gapSum, _hardSum, _weight, _start);
        set => (Level, _gapSum, _hardSum, _weight, _start) = (value.Level, value.GapSum, value.HardSum, value.Weight, value.Start);
    }

    /// <summary>Margin mu by which a hard sample's loss is to exceed its image's, in units of the loss.</summary>
    public double Margin => Between(_options.MinMargin, _options.MaxMargin);

    /// <summary>Largest occluded share of the image.</summary>
    public double Area => Between(_options.MinArea, _options.MaxArea);

    /// <summary>Largest rotation to either side, in degrees.</summary>
    public double AngleDegrees => Between(_options.MinAngleDegrees, _options.MaxAngleDegrees);

    /// <summary>Running mean of d(x~) - d(x), corrected for its start at zero; 0 before the first observation.</summary>
    public double Gap => _weight > 0 ? _gapSum / _weight : 0;

    /// <summary>Takes in one step.</summary>
    /// <param name="hard">Mean d(x~) of its batch.</param>
    /// <param name="easy">Mean d(x) of the same images.</param>
    /// <param name="progressDelta">Share of the training that the step covers.</param>
    public void Observe(double hard, double easy, double progressDelta)
    {
        if (!double.IsFinite(hard) || !double.IsFinite(easy))
            throw new ArgumentOutOfRangeException(nameof(hard), hard - easy, "The difficulty must be finite.");
        _start ??= easy;
        _gapSum = Smoothing * _gapSum + (1 - Smoothing) * (hard - easy);
        _hardSum = Smoothing * _hardSum + (1 - Smoothing) * hard;
        _weight = Smoothing * _weight + (1 - Smoothing);
        bool copes = Gap <= Margin && _hardSum / _weight <= _options.RisingLossShare * _start;
        if (!_fixed && copes)
            Level = Math.Min(1, Level + progressDelta / _options.FastestRamp);
    }

    private double Between(double low, double high) => low + Level * (high - low);
}

/// <summary>What a <see cref="SelfPacedPolicy"/> has seen.</summary>
/// <param name="Level">Present difficulty, 0 to 1.</param>
/// <param name="GapSum">Running sum of d(x~) - d(x).</param>
/// <param name="HardSum">Running sum of d(x~).</param>
/// <param name="Weight">What both are divided by.</param>
/// <param name="Start">d(x) that the training began with.</param>
internal sealed record PacingState(double Level, double GapSum, double HardSum, double Weight, double? Start);

/// <summary>Ranges over which <see cref="SelfPacedPolicy"/> moves.</summary>
/// <param name="MinMargin">mu at level 0.</param>
/// <param name="MaxMargin">mu at level 1.</param>
/// <param name="MinArea">Occluded share at level 0.</param>
/// <param name="MaxArea">Occluded share at level 1.</param>
/// <param name="MinAngleDegrees">Angle limit at level 0.</param>
/// <param name="MaxAngleDegrees">Angle limit at level 1.</param>
/// <param name="FastestRamp">Share of the training that the way from level 0 to 1 takes when H-Net always copes.</param>
/// <param name="RisingLossShare">The level rises while d(x~) is at most this share of the d(x) that it began with.</param>
internal sealed record PacingRange(
    double MinMargin, double MaxMargin, double MinArea, double MaxArea, double MinAngleDegrees, double MaxAngleDegrees, double FastestRamp,
    double RisingLossShare)
{
    /// <summary>The ranges that options set.</summary>
    public static PacingRange Of(SsahTrainer.HardSampleOptions options) => new(
        options.MinMargin, options.MaxMargin, options.MinOcclusionArea, options.MaxOcclusionArea,
        Math.Min(options.MinRotationDegrees, options.MaxRotationDegrees), options.MaxRotationDegrees, options.FastestPacing, options.RisingLossShare);
}
