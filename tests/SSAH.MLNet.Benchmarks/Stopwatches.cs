using System.Diagnostics;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Medians of interleaved repeats: a slow moment of the machine then hits all that is compared, not one of them.</summary>
internal static class Stopwatches
{
    /// <summary>Long enough for the compiler to have optimized what runs.</summary>
    private const double WarmUpSeconds = 0.4;

    /// <summary>Warms every body up, runs them in turn <paramref name="repeats"/> times, and returns the median seconds of each.</summary>
    public static double[] Medians(int repeats, params Action[] bodies)
    {
        foreach (Action body in bodies)
        {
            long start = Stopwatch.GetTimestamp();
            do
                body();
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);
        }
        double[][] times = [.. bodies.Select(_ => new double[repeats])];
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            for (int i = 0; i < bodies.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                bodies[i]();
                times[i][repeat] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
        return [.. times.Select(Median)];
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
