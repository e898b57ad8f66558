using System.Diagnostics;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Medians of interleaved repeats: a slow moment of the machine then hits all that is compared, not one of them.</summary>
internal static class Stopwatches
{
    /// <summary>Runs the bodies in turn, once to warm up and then <paramref name="repeats"/> times, and returns the median seconds of each.</summary>
    public static double[] Medians(int repeats, params Action[] bodies)
    {
        var times = bodies.Select(_ => new double[repeats]).ToArray();
        for (int repeat = -1; repeat < repeats; repeat++)
        {
            for (int i = 0; i < bodies.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                bodies[i]();
                if (repeat >= 0)
                    times[i][repeat] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
        return [.. times.Select(Median)];
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return Environment.GetEnvironmentVariable("BENCH_MIN") is null ? values[values.Length / 2] : values[0];
    }
}
