using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using SSAH.MLNet.Orleans;
using SSAH.MLNet.Samples.ShardedSearch;

namespace SSAH.MLNet.Benchmarks.Scale;

/// <summary>One, two and three silos, each a process on loopback, with one client: what shards cost, not what more machines gain.</summary>
internal static class ShardScale
{
    private const int K = 10, WarmUp = 200, Searches = 1000, AtOnce = 4;

    private static readonly ShardedSearchOptions s_patient = new() { Timeout = TimeSpan.FromMinutes(2) };

    public static async Task MeasureAsync(string folder, BinaryCodes codes, BinaryCodes queries, HammingFlatIndex bare)
    {
        BinaryCodes[] single = [.. Enumerable.Range(0, queries.Count).Select(row => queries.Slice(row, 1))];
        for (int count = 1; count <= 3; count++)
        {
            int[] ports = SiloProcess.FreePorts(6);
            var silos = new List<SiloProcess>();
            try
            {
                // The first one keeps the list of silos: it must be there before the others.
                for (int silo = 0; silo < count; silo++)
                {
                    silos.Add(SiloProcess.Start(folder, codes.Bits, ports[silo], ports[3 + silo], ports[0]));
                    await silos[silo].ReadyAsync();
                }
                using IHost client = ClientOf(ports[3..(3 + count)]);
                await client.StartAsync();
                ShardedHashIndex index = client.Services.GetRequiredService<ShardedHashIndex>();
                if (count == 1)
                    await FillAsync(folder, index, codes);
                await MeasureAsync($"shards-{count}", index, single, bare);
                await client.StopAsync();
            }
            finally
            {
                silos.ForEach(silo => silo.Dispose());
            }
        }
    }

    private static async Task FillAsync(string folder, ShardedHashIndex index, BinaryCodes codes)
    {
        long start = Stopwatch.GetTimestamp();
        await index.UpsertAsync(codes, Enumerable.Range(0, codes.Count).Select(id => (long)id).ToArray());
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
            size = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) / 1e6;
        BenchmarkRow.Note($"shards: {codes.Count} codes of {codes.Bits} bits in {SiloProcess.Shards} shards, written in {seconds:0.0} s; files of {size:0} MB");
    }

    private static async Task MeasureAsync(string name, ShardedHashIndex index, BinaryCodes[] queries, HammingFlatIndex bare)
    {
        foreach (BinaryCodes query in queries)
        {
            // The first one waits until the shards have read their files.
            if (!(await index.SearchAsync(query, K, s_patient))[0].SequenceEqual(bare.Search(query, K)[0]))
                throw new InvalidOperationException("The shards answer something else than one index.");
        }
        for (int i = 0; i < WarmUp; i++)
            await index.SearchAsync(queries[i % queries.Length], K);
        var all = new double[Searches];
        var coordinator = new double[Searches];
        var rest = new double[Searches];
        var scans = new double[Searches];
        for (int i = 0; i < Searches; i++)
        {
            // In turn with the bare index, so that both meet the same machine.
            long start = Stopwatch.GetTimestamp();
            bare.Search(queries[i % queries.Length], K);
            scans[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            ShardedMatches found = await index.SearchAsync(queries[i % queries.Length], K);
            all[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            coordinator[i] = found.CoordinatorTime.TotalSeconds;
            rest[i] = all[i] - found.SlowestShardTime.TotalSeconds;
        }
        Array.ForEach([all, coordinator, rest, scans], Array.Sort);
        BenchmarkRow.Print($"{name}-nearest-{K}", all[Searches / 2], "bare-index", scans[Searches / 2], target: 0);
        BenchmarkRow.Note($"{name}: p99 {all[Searches * 99 / 100] * 1e6:0} us (bare index {scans[Searches * 99 / 100] * 1e6:0} us)");
        double own = coordinator[Searches / 2] * 1e6, rarely = coordinator[Searches * 99 / 100] * 1e6;
        BenchmarkRow.Note($"{name}: the coordinator's own time, median {own:0} us, p99 {rarely:0} us");
        BenchmarkRow.Note($"{name}: all but the slowest shard's time, median {rest[Searches / 2] * 1e6:0} us");
        long began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async caller =>
        {
            for (int i = caller; i < Searches; i += AtOnce)
                await index.SearchAsync(queries[i % queries.Length], K);
        }));
        BenchmarkRow.Note($"{name}: {Searches / Stopwatch.GetElapsedTime(began).TotalSeconds:0} queries a second of {AtOnce} callers");
    }

    private static IHost ClientOf(int[] gateways)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client.UseLocalhostClustering(gateways).AddShardedHashIndex(SiloProcess.Index));
        return builder.Build();
    }
}
