using System.Diagnostics;
using System.Globalization;

namespace SSAH.MLNet.Benchmarks.Cancellation;

/// <summary>
/// <c>bench cancel</c>: how long work goes on after it is canceled. Each work runs to its end and is then canceled at moments that are spread
/// over that time, so that a stretch that does not look at its token is found wherever it lies. What counts is the processor time of all threads
/// after the cancellation, which is more than the time by the clock on a machine that does nothing else, and does not depend on what else it does.
/// </summary>
internal static class CancelBenchmark
{
    private const double Limit = 1;

    public static int Run(string[] args)
    {
        string only = Of("--only", "");
        if (args.Length % 2 != 0 || args.Where((_, i) => i % 2 == 0).Except(["--only", "--moments"]).Any()
            || !int.TryParse(Of("--moments", "10"), NumberStyles.None, CultureInfo.InvariantCulture, out int moments))
        {
            Console.Error.WriteLine("usage: bench cancel [--only NAME-OR-PART] [--moments 10]");
            return 2;
        }
        BenchmarkRow.PrintMachine();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ssah-cancel-");
        try
        {
            bool holds = true;
            var data = new CancelData(folder.FullName);
            foreach ((string name, Action<CancellationToken> work) in CancelWorks.All(data).Where(work => work.Name.Contains(only, StringComparison.Ordinal)))
                holds &= Measure(name, work, moments);
            return holds ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        string Of(string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : otherwise;
    }

    private static bool Measure(string name, Action<CancellationToken> work, int moments)
    {
        // The first run also makes the data and opens what is opened once, which is no part of the work.
        work(CancellationToken.None);
        long start = Stopwatch.GetTimestamp();
        work(CancellationToken.None);
        double whole = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var late = new List<(double After, double Seconds, double Processor)>();
        for (int moment = 0; moment < moments; moment++)
            if (Latency(work, (moment + 0.5) / moments * whole) is { } latency)
                late.Add(((moment + 0.5) / moments, latency.Seconds, latency.Processor));
        if (late.Count == 0)
        {
            BenchmarkRow.Note($"{name}: over in {whole:0.00} s, before it could be canceled");
            return true;
        }
        (double after, double seconds, double processor) = late.MaxBy(each => each.Processor);
        double median = late.Select(each => each.Processor).Order().ElementAt(late.Count / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"row cancel-{name} whole {whole:0.0}s moments {late.Count} median {median:0.000}s "
            + $"most {processor:0.000}s at {after:0.00} by-the-clock {seconds:0.000}s limit {Limit:0.0}s {(processor <= Limit ? "ok" : "short")}"));
        return processor <= Limit;
    }

    // From the cancellation to the end; null where the work was over before.
    private static (double Seconds, double Processor)? Latency(Action<CancellationToken> work, double after)
    {
        using var source = new CancellationTokenSource();
        long canceled = 0, used = 0;
        using var timer = new Timer(_ =>
        {
            Volatile.Write(ref used, Environment.CpuUsage.TotalTime.Ticks);
            Volatile.Write(ref canceled, Stopwatch.GetTimestamp());
            source.Cancel();
        }, null, TimeSpan.FromSeconds(after), Timeout.InfiniteTimeSpan);
        try
        {
            work(source.Token);
            return null;
        }
        catch (OperationCanceledException)
        {
            return (Stopwatch.GetElapsedTime(Volatile.Read(ref canceled)).TotalSeconds,
                (Environment.CpuUsage.TotalTime - TimeSpan.FromTicks(Volatile.Read(ref used))).TotalSeconds);
        }
    }
}
