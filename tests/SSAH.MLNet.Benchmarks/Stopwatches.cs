using System.Diagnostics;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Medians of interleaved repeats: a slow moment of the machine then hits all that is compared, not one of them.</summary>
internal static class Stopwatches
{
    /// <summary>Long enough for the compiler to have optimized what runs.</summary>
    private const double WarmUpSeconds = 0.4;

    /// <summary>Warms every body up, runs them in turn <paramref name="repeats"/> times, and returns the median seconds of each.</summary>
    public static double[] Medians(int repeats, params Action[] bodies) =>
        MedianCosts(repeats, [.. bodies.Select(body => (Func<double>)(() => SecondsOf(body)))]);

    /// <summary>The same for bodies that say themselves what they cost.</summary>
    public static double[] MedianCosts(int repeats, params Func<double>[] bodies)
    {
        foreach (Func<double> body in bodies)
        {
            long start = Stopwatch.GetTimestamp();
            do
                body();
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);
        }
        double[][] costs = [.. bodies.Select(_ => new double[repeats])];
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            for (int i = 0; i < bodies.Length; i++)
                costs[i][repeat] = bodies[i]();
        }
        return [.. costs.Select(Median)];
    }

    /// <summary>Processor seconds of this process that a body takes: what else runs on the machine does not count.</summary>
    public static double ProcessorSecondsOf(Action body)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        body();
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    private static double SecondsOf(Action body)
    {
        long start = Stopwatch.GetTimestamp();
        body();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
