using Cloud.Unum.USearch;

namespace SSAH.MLNet.Benchmarks.Scale;

/// <summary>USearch's graph (HNSW) of binary codes beside a scan of as many codes.</summary>
internal static class UsearchScale
{
    private const int K = 10, Repeats = 5, Loops = 20;

    public static void Measure(BinaryCodes codes, BinaryCodes queries)
    {
        var bare = new HammingFlatIndex(codes);
        using var graph = new USearchIndex(MetricKind.Hamming, ScalarKind.Bits1, (ulong)codes.Bits);
        ScaleCost filling = ScaleCost.Of(() =>
        {
            for (int row = 0; row < codes.Count; row++)
                graph.Add((ulong)row, Signs(codes, row));
        });
        string file = Path.GetTempFileName();
        graph.Save(file);
        double size = new FileInfo(file).Length / 1e6;
        File.Delete(file);
        float[][] signs = [.. Enumerable.Range(0, queries.Count).Select(row => Signs(queries, row))];
        BinaryCodes[] single = [.. Enumerable.Range(0, queries.Count).Select(row => queries.Slice(row, 1))];
        double recall = signs.Zip(single).Average(query =>
        {
            int farthest = bare.Search(query.Second, K)[0][K - 1].Distance;
            graph.Search(query.First, K, out _, out float[] distances);
            return distances.Count(distance => distance <= farthest);
        }) / K;
        BenchmarkRow.Note($"usearch: {codes.Count} codes of {codes.Bits} bits in {filling}; the file has {size:0.0} MB; recall {recall:0.000}");
        // Processor seconds: all of it happens in this process.
        double[] seconds = Stopwatches.MedianCosts(Repeats, [.. new Action[]
        {
            () => Array.ForEach(signs, query => graph.Search(query, K, out _, out _)), () => Array.ForEach(single, query => bare.Search(query, K)),
        }.Select(body => (Func<double>)(() => Stopwatches.ProcessorSecondsOf(() =>
        {
            for (int i = 0; i < Loops; i++)
                body();
        })))]);
        BenchmarkRow.Print($"usearch-nearest-{K}", seconds[0], "bare-index-of-as-many", seconds[1], target: 0, queries.Count * Loops);
    }

    // The binding searches by numbers, and takes a bit from each sign.
    private static float[] Signs(BinaryCodes codes, int row)
    {
        ReadOnlySpan<ulong> words = codes[row];
        var signs = new float[codes.Bits];
        for (int bit = 0; bit < signs.Length; bit++)
            signs[bit] = (words[bit >> 6] >> (bit & 63) & 1) != 0 ? 1 : -1;
        return signs;
    }
}
