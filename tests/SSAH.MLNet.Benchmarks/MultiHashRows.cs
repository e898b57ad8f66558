using System.Diagnostics;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Multi-index hashing: where it pays (clustered codes) and what it costs where it does not (uniform codes).</summary>
internal static class MultiHashRows
{
    private const int K = 10;
    private const int Queries = 200;
    private const int Centers = 1000;
    private const double Flip = 0.08;

    public static void Clustered(int codes, double target)
    {
        const int bits = 64, few = 10;
        BinaryCodes database = BenchmarkCodes.Clustered(bits, codes, seed: 1, Centers, Flip);
        BinaryCodes queries = BenchmarkCodes.Clustered(bits, Queries, seed: 2, Centers, Flip);
        var index = new MultiHashIndex(database);
        var one = new HammingSearchOptions { Threads = 1 };
        int[] expected = PopCountLoop.Search(database, queries, few, K, threads: 1);
        HammingMatches found = index.Search(queries, K, one);
        for (int query = 0; query < few; query++)
        {
            for (int i = 0; i < K; i++)
            {
                if (found[query][i].Distance != expected[query * K + i])
                    throw new UnreachableException($"Query {query} has a wrong distance.");
            }
        }
        double kth = Enumerable.Range(0, Queries).Average(query => found[query][K - 1].Distance);
        BenchmarkRow.Note($"{codes} codes of {bits} bits around {Centers} centers, each bit flipped with probability {Flip}");
        BenchmarkRow.Note($"mean distance of match {K}: {kth:0.0}");
        double[] seconds = Stopwatches.Medians(
            5, () => PopCountLoop.Search(database, queries, few, K, threads: 1), () => index.Search(queries, K, one));
        BenchmarkRow.Print($"{bits}bit-multihash-{codes / 1_000_000}M", seconds[1] / Queries, "popcount", seconds[0] / few, target);
    }

    public static void Uniform(int bits, int codes)
    {
        BinaryCodes database = BenchmarkCodes.Uniform(bits, codes, seed: 1), queries = BenchmarkCodes.Uniform(bits, Queries, seed: 2);
        var hashed = new MultiHashIndex(database);
        var flat = new HammingFlatIndex(database);
        var one = new HammingSearchOptions { Threads = 1 };
        BinaryCodes[] singles = [.. Enumerable.Range(0, Queries / 10).Select(i => queries.Slice(i, 1))];
        double[] seconds = Stopwatches.Medians(
            9,
            () => flat.Search(queries, K, one),
            () => hashed.Search(queries, K, one),
            () => Array.ForEach(singles, query => flat.Search(query, K, one)),
            () => Array.ForEach(singles, query => hashed.Search(query, K, one)));
        BenchmarkRow.Print($"{bits}bit-multihash-uniform-batch", seconds[1] / Queries, "own-scan", seconds[0] / Queries, 0.4);
        BenchmarkRow.Print($"{bits}bit-multihash-uniform-single", seconds[3] / singles.Length, "own-scan", seconds[2] / singles.Length, 0.4);
    }
}
