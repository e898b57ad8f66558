namespace SSAH.MLNet.Benchmarks.Soak;

/// <summary>How long calls took, counted in classes that are 5 % wide: any number of calls in the same memory.</summary>
internal sealed class Latencies
{
    private const double Smallest = 1e-7, Step = 1.05;
    private readonly long[] _counts = new long[512];

    public long Count { get; private set; }

    public void Add(TimeSpan time)
    {
        double steps = Math.Log(Math.Max(time.TotalSeconds, Smallest) / Smallest) / Math.Log(Step);
        _counts[Math.Min((int)steps, _counts.Length - 1)]++;
        Count++;
    }

    /// <summary>Seconds that a share of the calls took at most, to 5 %.</summary>
    public double Quantile(double share)
    {
        long before = 0;
        for (int i = 0; i < _counts.Length; i++)
            if ((before += _counts[i]) >= share * Count)
                return Smallest * Math.Pow(Step, i + 1);
        return double.NaN;
    }

    public static Latencies Sum(IEnumerable<Latencies> all)
    {
        var sum = new Latencies();
        foreach (Latencies each in all)
        {
            for (int i = 0; i < sum._counts.Length; i++)
                sum._counts[i] += each._counts[i];
            sum.Count += each.Count;
        }
        return sum;
    }
}
