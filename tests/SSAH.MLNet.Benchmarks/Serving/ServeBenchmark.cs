using System.Globalization;

namespace SSAH.MLNet.Benchmarks.Serving;

/// <summary>
/// <c>bench serve</c>: <c>ssah serve</c> under 50 clients for five minutes, a tenth of their requests hostile. No good request may fail, memory must
/// not grow, and after a kill every acknowledged image must be there.
/// </summary>
internal static class ServeBenchmark
{
    private const int Photos = 200, MemoryLimitMegabytes = 2_000, AlwaysTaken = 64;

    public static int Run(string[] args)
    {
        int seconds = 300, clients = 50;
        for (int i = 0; i < args.Length; i += 2)
        {
            bool isRead = i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
                && (args[i], value) switch
                {
                    ("--seconds", var given) => (seconds = given) > 0,
                    ("--clients", var given) => (clients = given) > 0,
                    _ => false,
                };
            if (!isRead)
            {
                Console.Error.WriteLine("usage: bench serve [--seconds N] [--clients N]   (300, 50)");
                return 2;
            }
        }
        BenchmarkRow.PrintMachine();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ssah-serve-");
        try
        {
            return SoakAsync(folder.FullName, clients, TimeSpan.FromSeconds(seconds)).GetAwaiter().GetResult() ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<bool> SoakAsync(string folder, int clients, TimeSpan time)
    {
        string photos = Directory.CreateDirectory(Path.Combine(folder, "photos")).FullName;
        string[] files = DrawnPhotos.Write(photos, Photos, 800, 600);
        await ServedTool.IndexAsync(photos);
        var load = new ServeLoad([.. files.Take(20).Select(File.ReadAllBytes)], Photos);
        var memory = new List<long>();
        using (ServedTool tool = await ServedTool.StartAsync(photos))
        {
            using var ending = new CancellationTokenSource(time);
            Task[] running = [.. Enumerable.Range(0, clients).Select(client => load.RunAsync(tool.Url, client, ending.Token))];
            while (!ending.IsCancellationRequested)
            {
                memory.Add(tool.ResidentBytes());
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
            await Task.WhenAll(running);
            tool.Kill();
        }
        using ServedTool again = await ServedTool.StartAsync(photos);
        int missing = await load.MissingAsync(again.Url);
        return Report(load, memory, clients, missing);
    }

    private static bool Report(ServeLoad load, List<long> memory, int clients, int missing)
    {
        foreach ((string kind, double[] milliseconds) in load.Times())
            BenchmarkRow.Note($"{kind}: {milliseconds.Length} requests, p50 {At(milliseconds, .5):0} ms, p99 {At(milliseconds, .99):0} ms");
        BenchmarkRow.Note($"{load.Refused} times the service was busy and said when to come again");
        foreach ((string failure, int count) in load.Failures())
            BenchmarkRow.Note($"failed {count} times: {failure}");
        long failed = load.Failures().Sum(each => each.Count), good = load.Times().Where(each => !each.Kind.StartsWith("hostile", StringComparison.Ordinal))
            .Sum(each => each.Milliseconds.Length), hostile = load.Times().Sum(each => each.Milliseconds.Length) - good;
        double early = Megabytes(memory, memory.Count / 4, memory.Count / 2), late = Megabytes(memory, memory.Count * 3 / 4, memory.Count);
        double most = memory.Max() / 1e6;
        BenchmarkRow.Note($"resident memory: {memory[0] / 1e6:0} MB at first, median {early:0} MB in the second quarter, {late:0} MB in the last");
        // So few clients are never told to come again.
        bool isWell = failed == 0 && (load.Refused == 0 || clients > AlwaysTaken) && missing == 0;
        bool isBounded = most <= MemoryLimitMegabytes && late <= early * 1.25 + 50;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"row serve clients {clients} good {good} hostile {hostile} failed {failed} "
            + $"refused {load.Refused} missing-after-kill {missing} memory {most:0}MB limit {MemoryLimitMegabytes}MB "
            + $"{(isWell && isBounded ? "ok" : "short")}"));
        return isWell && isBounded;
    }

    private static double At(double[] sorted, double share) => sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)];

    private static double Megabytes(List<long> memory, int from, int to)
    {
        long[] sorted = [.. memory[from..Math.Max(to, from + 1)].Order()];
        return sorted[sorted.Length / 2] / 1e6;
    }
}
