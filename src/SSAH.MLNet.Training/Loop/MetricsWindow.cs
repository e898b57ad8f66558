using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>Sums what the steps since the last report measured. What only a report needs is summed on the device.</summary>
internal sealed class MetricsWindow : IDisposable
{
    private readonly (double Sum, int Count)[] _losses = new (double, int)[Enum.GetValues<LossTerm>().Length];
    private (double Sum, int Count) _total, _hard, _easy;
    private int _codeSteps, _warpSteps;
    private Tensor? _codes; // [1 + K]: mean |u|, then the mean of each bit
    private Tensor? _warps; // [2]: area and angle

    public int LabeledImages { get; private set; }

    public int UnlabeledImages { get; private set; }

    public int ConfidentImages { get; private set; }

    public double Total => Mean(_total);

    public double HardDifficulty => Mean(_hard);

    public double EasyDifficulty => Mean(_easy);

    /// <summary>Mean over the steps that had the term; 0 where none had.</summary>
    public double Loss(LossTerm term) => Mean(_losses[(int)term]);

    public void Add(StepFigures figures)
    {
        foreach (var (term, loss) in figures.Losses.Index())
            Add(ref _losses[term], loss);
        Add(ref _total, figures.Total);
    }

    public void AddDifficulty(double hard, double easy)
    {
        Add(ref _hard, hard);
        Add(ref _easy, easy);
    }

    public void AddImages(int labeled, int unlabeled, int confident)
    {
        LabeledImages += labeled;
        UnlabeledImages += unlabeled;
        ConfidentImages += confident;
    }

    /// <summary>Adds the activations of the labeled images, [N, K].</summary>
    public void AddCodes(Tensor activations)
    {
        var code = activations.detach();
        Add(ref _codes, cat([code.abs().mean().view(1), code.Reaches(0).to(ScalarType.Float32).mean([0])]));
        _codeSteps++;
    }

    /// <summary>Adds the occluded areas and the absolute angles of a step's hard samples, [N] each.</summary>
    public void AddWarps(Tensor areas, Tensor angles)
    {
        Add(ref _warps, stack([areas.mean(), angles.mean()]));
        _warpSteps++;
    }

    /// <summary>Mean |u|, and the mean of each bit.</summary>
    public (double Activation, double[] BitMeans) Codes() => Means(_codes, _codeSteps) is [var activation, .. var bits] ? (activation, bits) : (0, []);

    /// <summary>Mean occluded share and mean absolute angle of the hard samples.</summary>
    public (double Area, double Angle) Warps() => Means(_warps, _warpSteps) is [var area, var angle] ? (area, angle) : (0, 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        _codes?.Dispose();
        _warps?.Dispose();
    }

    private static void Add(ref (double Sum, int Count) mean, double? value)
    {
        if (value is { } number)
            mean = (mean.Sum + number, mean.Count + 1);
    }

    private static void Add(ref Tensor? sums, Tensor values)
    {
        var exact = values.to(ScalarType.Float64);
        if (sums is null)
            sums = exact.clone().DetachFromDisposeScope();
        else
            sums.Add(exact);
    }

    private static double Mean((double Sum, int Count) mean) => mean.Count == 0 ? 0 : mean.Sum / mean.Count;

    private static double[] Means(Tensor? sums, int steps)
    {
        if (sums is null)
            return [];
        using var host = sums.Fetch();
        return [.. host.data<double>().Select(sum => sum / steps)];
    }
}
