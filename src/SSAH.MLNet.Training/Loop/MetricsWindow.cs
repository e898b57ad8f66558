namespace SSAH.MLNet.Training.Loop;

/// <summary>Sums what the steps since the last report measured.</summary>
internal sealed class MetricsWindow
{
    private readonly Dictionary<string, (double Sum, int Count)> _means = [];
    private double[] _bitSums = [];
    private int _bitSteps;

    public int LabeledImages { get; private set; }

    public int UnlabeledImages { get; private set; }

    public int ConfidentImages { get; private set; }

    public void Add(string name, double value)
    {
        var (sum, count) = _means.GetValueOrDefault(name);
        _means[name] = (sum + value, count + 1);
    }

    public void AddImages(int labeled, int unlabeled, int confident)
    {
        LabeledImages += labeled;
        UnlabeledImages += unlabeled;
        ConfidentImages += confident;
    }

    public void AddBits(ReadOnlySpan<float> bitMeans)
    {
        if (_bitSums.Length == 0)
            _bitSums = new double[bitMeans.Length];
        for (int i = 0; i < bitMeans.Length; i++)
            _bitSums[i] += bitMeans[i];
        _bitSteps++;
    }

    /// <summary>Mean over the steps that had the value; 0 where none had.</summary>
    public double Mean(string name) => _means.TryGetValue(name, out var entry) ? entry.Sum / entry.Count : 0;

    public double[] BitMeans() => [.. _bitSums.Select(s => s / Math.Max(1, _bitSteps))];
}
