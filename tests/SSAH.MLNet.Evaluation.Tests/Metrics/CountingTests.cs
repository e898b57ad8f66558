using CsCheck;

namespace SSAH.MLNet.Evaluation.Tests.Metrics;

public sealed class CountingTests
{
    [Fact]
    public void Every_kernel_equals_the_popcount_loop_at_every_width()
    {
        var random = new Random(2);
        for (int bits = 1; bits <= BinaryCodes.MaxBits; bits += bits < 20 ? 1 : bits < 512 ? 13 : 700)
        {
            // All ones against all zeros is the largest sum; the rest is random.
            BinaryCodes codes = RandomRetrieval.Codes(bits, RandomRetrieval.Classes(200, 3, random), random, 0.5);
            byte[] ones = [.. Enumerable.Range(0, codes.BytesPerCode).Select(i => (byte)((1 << Math.Min(8, bits - i * 8)) - 1))];
            codes.Add(ones);
            codes.Add(new byte[ones.Length]);
            int[] rows = [.. Enumerable.Range(0, 202).Reverse()];
            var planes = new CodePlanes(codes, rows);
            foreach (PlaneKernel kernel in Enum.GetValues<PlaneKernel>().Where(k => k <= PlaneDistances.BestKernel))
            {
                var distances = new PlaneDistances(planes, kernel);
                foreach (int query in (int[])[0, 17, 200, 201])
                {
                    distances.Compute(codes[query]);
                    for (int i = 0; i < rows.Length; i++)
                        Assert.Equal(NaiveRetrieval.Distance(codes, query, codes, rows[i]), distances.Values[i]);
                }
            }
        }
    }

    [Fact]
    public void Places_and_histogram_equal_the_loop() =>
        Gen.Select(Gen.Int[0, 30].Array[0, 60], Gen.Int[0, 1 << 30]).Sample((distances, seed) =>
        {
            var random = new Random(seed);
            ushort[] d = [.. distances.Select(x => (ushort)x)];
            byte[] marks = [.. distances.Select(_ => (byte)random.Next(2))];
            int[] marked = [.. Enumerable.Range(0, marks.Length).Where(i => marks[i] == 1)];
            int[] scratch = new int[DistanceCounting.ScratchCounters(30, d.Length)], counts = new int[31], histogram = new int[31];
            int[] places = new int[marked.Length + 2];
            DistanceCounting.Places(d, marks, marked, counts, places, scratch);
            DistanceCounting.Histogram(d, histogram, scratch);
            int[] expected = new int[31];
            foreach (int x in distances)
                expected[x]++;
            Assert.Equal(expected, counts);
            Assert.Equal(expected, histogram);
            for (int i = 0; i < marked.Length; i++)
                Assert.Equal(d.Take(marked[i] + 1).Count(x => x == d[marked[i]]), places[i]);
        });

    [Theory]
    [InlineData(64, 16_384)]
    [InlineData(64, 20_003)]
    [InlineData(12, 17_001)]
    [InlineData(65, 20_003)]
    [InlineData(64, 16_383)]
    public void Large_histograms_equal_the_loop(int bits, int rows)
    {
        var random = new Random(rows);
        ushort[] distances = [.. Enumerable.Range(0, rows).Select(_ => (ushort)random.Next(bits + 1))];
        int[] counts = new int[bits + 1], expected = new int[bits + 1];
        DistanceCounting.Histogram(distances, counts, new int[DistanceCounting.ScratchCounters(bits, rows)]);
        foreach (ushort distance in distances)
            expected[distance]++;
        Assert.Equal(expected, counts);
    }

    [Fact]
    public void Diagnostics_equal_their_definitions()
    {
        var random = new Random(4);
        BinaryCodes codes = RandomRetrieval.Codes(10, RandomRetrieval.Classes(150, 2, random), random, 0.2);
        float[] activations = [.. Enumerable.Range(0, 1500).Select(i => i % 3 == 0 ? 0.05f : -0.7f)];
        LabelSets labels = LabelSets.FromClasses(new int[150]);
        var options = new RetrievalOptions { DatabaseActivations = activations };
        CodeDiagnostics found = RetrievalEvaluation.Evaluate(codes, labels, codes, labels, options).Codes!;
        double[][] bits = [.. Enumerable.Range(0, 10).Select(b => Enumerable.Range(0, 150).Select(i => (double)(codes[i][0] >> b & 1)).ToArray())];
        Assert.Equal(bits.Select(b => b.Average()), found.BitMeans);
        var correlations = (from i in Enumerable.Range(0, 10) from j in Enumerable.Range(0, i)
            select Math.Abs(MathNet.Numerics.Statistics.Correlation.Pearson(bits[i], bits[j]))).ToList();
        Assert.Equal(correlations.Max(), found.MaxBitCorrelation, 1e-9);
        Assert.Equal(correlations.Average(), found.MeanBitCorrelation, 1e-9);
        var buckets = Enumerable.Range(0, 150).GroupBy(i => codes[i][0]).Select(g => g.Count()).ToList();
        Assert.Equal((buckets.Count, buckets.Max()), (found.DistinctCodes, found.BiggestBucket));
        Assert.Equal(1.0 / 3, found.NearZeroActivationShare!.Value, 1e-12);
        Assert.InRange(found.CodeEntropy, 0, Math.Log2(150));
    }

    [Fact]
    public void The_class_id_line_is_the_mAP_of_one_hot_codes()
    {
        var random = new Random(6);
        int[] queryClasses = RandomRetrieval.Classes(40, 5, random), classes = RandomRetrieval.Classes(120, 5, random);
        int[] queryGuess = [.. queryClasses.Select(c => random.Next(4) == 0 ? random.Next(5) : c)];
        int[] guess = [.. classes.Select(c => random.Next(4) == 0 ? random.Next(5) : c)];
        static BinaryCodes OneHot(int[] guesses) => BinaryCodes.FromPacked(5, [.. guesses.Select(c => (byte)(1 << c))]);
        HammingRetrievalMetrics metrics = RetrievalEvaluation.Evaluate(
            OneHot(queryGuess), LabelSets.FromClasses(queryClasses), OneHot(guess), LabelSets.FromClasses(classes),
            new RetrievalOptions { PredictedQueryClasses = queryGuess, PredictedDatabaseClasses = guess });
        Assert.Equal(metrics.MeanAveragePrecision, metrics.ClassId!.MeanAveragePrecision, 1e-12);
        Assert.Equal(queryClasses.Zip(queryGuess).Average(p => p.First == p.Second ? 1.0 : 0), metrics.ClassId.QueryAccuracy, 1e-12);
        Assert.Equal("given predictions", metrics.ClassId.Source);
    }

    [Fact]
    public void The_class_id_line_does_not_count_the_query_itself()
    {
        var random = new Random(8);
        // The last row is the only one of its class and finds nothing.
        int[] classes = [.. RandomRetrieval.Classes(50, 4, random), 4], guess = [.. classes.Select(c => random.Next(4) == 0 ? random.Next(5) : c)];
        BinaryCodes oneHot = BinaryCodes.FromPacked(5, [.. guess.Select(c => (byte)(1 << c))]);
        LabelSets labels = LabelSets.FromClasses(classes);
        HammingRetrievalMetrics metrics = RetrievalEvaluation.Evaluate(
            oneHot, labels, oneHot, labels, new RetrievalOptions { PredictedQueryClasses = guess, PredictedDatabaseClasses = guess, ExcludeSameRow = true });
        Assert.Equal(1, metrics.QueriesWithoutRelevant);
        Assert.Equal(metrics.MeanAveragePrecision, metrics.ClassId!.MeanAveragePrecision, 1e-12);
    }

    [Fact]
    public void Well_separated_codes_predict_their_class()
    {
        int[] classes = [.. Enumerable.Range(0, 60).Select(i => i % 3)];
        BinaryCodes codes = RandomRetrieval.Codes(64, classes, new Random(1), 0.02);
        LabelSets labels = LabelSets.FromClasses(classes);
        ClassIdLine line = RetrievalEvaluation.Evaluate(codes, labels, codes, labels).ClassId!;
        Assert.Equal((1.0, 1.0, 1.0), (line.QueryAccuracy, line.DatabaseAccuracy, line.MeanAveragePrecision));
    }

    [Fact]
    public void The_bootstrap_covers_the_mean_as_often_as_it_says()
    {
        var random = new Random(3);
        int covered = 0;
        for (int trial = 0; trial < 200; trial++)
        {
            double[] values = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble())];
            ConfidenceInterval interval = Bootstrap.OfMean(values, new RetrievalOptions { BootstrapSamples = 200, Seed = trial }, default);
            Assert.True(interval.Lower <= interval.Upper);
            covered += interval.Lower <= 0.5 && 0.5 <= interval.Upper ? 1 : 0;
        }
        Assert.InRange(covered, 175, 200);
    }
}
