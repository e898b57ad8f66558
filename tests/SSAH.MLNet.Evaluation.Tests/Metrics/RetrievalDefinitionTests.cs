using CsCheck;

namespace SSAH.MLNet.Evaluation.Tests.Metrics;

/// <summary>The fast evaluation against the textbook definitions.</summary>
public sealed class RetrievalDefinitionTests
{
    private static readonly int[] s_cutoffs = [1, 2, 3, 5, 9];

    [Theory]
    [InlineData(ApDenominator.RelevantInTopK)]
    [InlineData(ApDenominator.MinOfRelevantAndK)]
    [InlineData(ApDenominator.Relevant)]
    public void Tie_averaged_figures_are_means_over_all_orders(ApDenominator denominator) =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 3], Gen.Int[0, 1 << 30]).Sample((rows, bits, seed) =>
        {
            var random = new Random(seed);
            BinaryCodes query = RandomRetrieval.Codes(bits, [0], random, 0.5), database = RandomRetrieval.Codes(bits, new int[rows], random, 0.5);
            LabelSets queryLabels = LabelSets.FromSets([[0, 1, 2]], 5), labels = RandomRetrieval.Sets(rows, 5, random);
            HammingRetrievalMetrics metrics = RetrievalEvaluation.Evaluate(
                query, queryLabels, database, labels, Options(denominator) with { Radius = 1 });

            int[] distances = [.. Enumerable.Range(0, rows).Select(i => NaiveRetrieval.Distance(query, 0, database, i))];
            Dictionary<string, double>[] orders = [.. NaiveRetrieval.Orders(distances).Select(order => NaiveRetrieval.Measures(
                [.. order.Select(i => NaiveRetrieval.Shared(queryLabels, 0, labels, i))], s_cutoffs))];
            foreach ((string name, double value) in NaiveRetrieval.Of(metrics, stable: false))
                Close(orders.Average(order => order[name]), value, name);
            int ball = distances.Count(distance => distance <= 1);
            Close(NaiveRetrieval.Orders(distances).Average(order => NaiveRetrieval.Measures(
                [.. order.Take(ball).Select(i => NaiveRetrieval.Shared(queryLabels, 0, labels, i))], [])["AP"]),
                metrics.WithinRadius.MeanAveragePrecision, "AP within radius 1");
            Close(orders.Min(order => order["AP"]), metrics.PessimisticMeanAveragePrecision, "worst");
            Close(orders.Max(order => order["AP"]), metrics.OptimisticMeanAveragePrecision, "best");
        }, iter: 60);

    [Theory]
    [InlineData(ApDenominator.RelevantInTopK)]
    [InlineData(ApDenominator.MinOfRelevantAndK)]
    [InlineData(ApDenominator.Relevant)]
    public void Stable_figures_are_those_of_a_sort(ApDenominator denominator) =>
        Gen.Select(Gen.Int[1, 90], Gen.Frequency((9, Gen.Int[1, 140]), (1, Gen.Int[500, BinaryCodes.MaxBits])), Gen.Bool, Gen.Int[0, 1 << 30])
            .Sample((rows, bits, multi, seed) =>
        {
            var random = new Random(seed);
            int[] queryClasses = RandomRetrieval.Classes(4, 3, random), classes = RandomRetrieval.Classes(rows, 3, random);
            BinaryCodes queries = RandomRetrieval.Codes(bits, queryClasses, random), database = RandomRetrieval.Codes(bits, classes, random);
            LabelSets queryLabels = multi ? LabelSets.FromSets([[0], [1, 2], [0, 1, 2], [3]], 4) : LabelSets.FromClasses(queryClasses);
            LabelSets labels = multi ? RandomRetrieval.Sets(rows, 4, random) : LabelSets.FromClasses(classes);
            int[] self = [-1, random.Next(rows), -1, random.Next(rows)];
            HammingRetrievalMetrics metrics = RetrievalEvaluation.Evaluate(queries, queryLabels, database, labels,
                Options(denominator) with { SelfRows = self, UnlabeledDatabase = UnlabeledRows.CountAsIrrelevant });

            Dictionary<string, double>[] naive = [.. Enumerable.Range(0, 4).Select(q =>
            {
                int[] ranked = [.. Enumerable.Range(0, rows).Where(i => i != self[q]).OrderBy(i => NaiveRetrieval.Distance(queries, q, database, i))];
                return NaiveRetrieval.Measures([.. ranked.Select(i => NaiveRetrieval.Shared(queryLabels, q, labels, i))], s_cutoffs);
            })];
            foreach ((string name, double value) in NaiveRetrieval.Of(metrics, stable: true))
                Close(naive.Average(q => q[name]), value, name);
            Assert.Equal(2, metrics.Conventions.SelfMatches);
        }, iter: 60);

    [Fact]
    public void Closed_form_equals_the_sum_over_places_on_large_ties()
    {
        var random = new Random(5);
        int[] all = [.. Enumerable.Range(0, 13).Select(_ => random.Next(0, 3000))];
        int[] relevant = [.. all.Select(n => random.Next(0, n + 1))];
        double sum = 0, before = 0, relevantBefore = 0;
        for (int d = 0; d < all.Length; d++)
        {
            double n = all[d], r = relevant[d];
            for (int j = 1; j <= n; j++)
                sum += r / n * (relevantBefore + 1 + (n > 1 ? (j - 1) * (r - 1) / (n - 1) : 0)) / (before + j);
            before += n;
            relevantBefore += r;
        }
        var tables = new RankTables(all.Sum());
        Assert.Equal(sum / relevantBefore, TieAverage.AveragePrecision(all, relevant, all.Length, tables.Harmonic).Expected, 1e-10);
    }

    [Fact]
    public void Perfect_rankings_have_an_AP_of_one_and_never_a_rounding_more()
    {
        var random = new Random(5);
        var tables = new RankTables(4_000);
        for (int trial = 0; trial < 2_000; trial++)
        {
            int[] all = [.. Enumerable.Range(0, 20).Select(_ => random.Next(0, 200))];
            int good = random.Next(1, 20);
            int[] relevant = [.. all.Select((n, distance) => distance < good ? n : 0)];
            if (relevant.Sum() == 0)
                continue;
            TieAveragedPrecision whole = TieAverage.AveragePrecision(all, relevant, all.Length, tables.Harmonic);
            int[] cutoffs = [1, 10, 500];
            double[] cut = new double[3], hit = new double[3];
            Assert.All([whole.Expected, whole.Pessimistic, whole.Optimistic], ap => Assert.InRange(ap, 1 - 1e-12, 1));
            foreach (ApDenominator denominator in new[] { ApDenominator.RelevantInTopK, ApDenominator.MinOfRelevantAndK })
            {
                TieAverage.AtCutoffs(all, relevant, cutoffs, denominator, tables, cut, hit);
                Assert.All(cut, ap => Assert.InRange(ap, 1 - 1e-12, 1));
            }
        }
    }

    [Fact]
    public void Expected_AP_at_k_equals_Monte_Carlo_on_large_ties()
    {
        int[] all = [30, 400, 900], relevant = [12, 100, 90];
        var tables = new RankTables(all.Sum());
        int[] cutoffs = [20, 200, 700];
        foreach (ApDenominator denominator in Enum.GetValues<ApDenominator>())
        {
            double[] closed = new double[3], hit = new double[3], sampled = new double[3];
            TieAverage.AtCutoffs(all, relevant, cutoffs, denominator, tables, closed, hit);
            var random = new Random(11);
            const int samples = 1500;
            for (int sample = 0; sample < samples; sample++)
            {
                int[] order = [.. all.SelectMany((n, d) =>
                {
                    int[] group = [.. Enumerable.Range(0, n).Select(i => i < relevant[d] ? 1 : 0)];
                    random.Shuffle(group);
                    return group;
                })];
                for (int i = 0; i < 3; i++)
                    sampled[i] += ApAtK(order, cutoffs[i], denominator, relevant.Sum()) / samples;
            }
            for (int i = 0; i < 3; i++)
                Assert.Equal(sampled[i], closed[i], 0.01);
            Assert.All(hit, h => Assert.InRange(h, 0.999, 1));
        }
    }

    [Fact]
    public void Lookup_figures_are_those_of_the_ball() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 4], Gen.Int[0, 1 << 30]).Sample((rows, radius, seed) =>
        {
            var random = new Random(seed);
            int[] queryClasses = RandomRetrieval.Classes(5, 3, random), classes = RandomRetrieval.Classes(rows, 3, random);
            BinaryCodes queries = RandomRetrieval.Codes(10, queryClasses, random), database = RandomRetrieval.Codes(10, classes, random);
            HammingRetrievalMetrics metrics = RetrievalEvaluation.Evaluate(
                queries, LabelSets.FromClasses(queryClasses), database, LabelSets.FromClasses(classes), Options() with { Radius = radius });
            double precision = 0, recall = 0, empty = 0;
            for (int q = 0; q < 5; q++)
            {
                int[] ball = [.. Enumerable.Range(0, rows).Where(i => NaiveRetrieval.Distance(queries, q, database, i) <= radius)];
                int found = ball.Count(i => classes[i] == queryClasses[q]);
                precision += ball.Length == 0 ? 0 : (double)found / ball.Length / 5;
                recall += found / 5.0 / Math.Max(1, classes.Count(c => c == queryClasses[q]));
                empty += ball.Length == 0 ? 0.2 : 0;
            }
            Close(precision, metrics.WithinRadius.Precision, "precision");
            Close(recall, metrics.WithinRadius.Recall, "recall");
            Close(empty, metrics.WithinRadius.EmptyBallRate, "empty");
            LookupCurvePoint point = metrics.LookupCurve[radius];
            Assert.Equal((radius, metrics.WithinRadius.Precision, metrics.WithinRadius.Recall, metrics.WithinRadius.EmptyBallRate),
                (point.Radius, point.Precision, point.Recall, point.EmptyBallRate));
            Assert.InRange(metrics.WithinRadius.MeanAveragePrecision, 0, 1);
            if (radius == 4)
                Assert.Equal(1, metrics.LookupCurve[10].Recall + 0.2 * metrics.QueriesWithoutRelevant, 1e-9);
        }, iter: 60);

    [Fact]
    public void The_figures_are_those_of_an_example_by_hand()
    {
        // Distances 0 (relevant), 1 (relevant and not, tied), 2 (not).
        var query = BinaryCodes.FromPacked(4, [0b0000]);
        var database = BinaryCodes.FromPacked(4, [0b0000, 0b0001, 0b0010, 0b0011]);
        LabelSets labels = LabelSets.FromClasses([7, 1, 7, 1]);
        HammingRetrievalMetrics metrics =
            RetrievalEvaluation.Evaluate(query, LabelSets.FromClasses([7]), database, labels, Options() with { Radius = 1 });
        Assert.Equal((1 + 1.0) / 2, metrics.OptimisticMeanAveragePrecision, 1e-12);
        Assert.Equal((1 + 2.0 / 3) / 2, metrics.PessimisticMeanAveragePrecision, 1e-12);
        Assert.Equal((1 + (1 + 2.0 / 3) / 2) / 2, metrics.MeanAveragePrecision, 1e-12);
        Assert.Equal((1 + 2.0 / 3) / 2, metrics.StableMeanAveragePrecision!.Value, 1e-12);
        Assert.Equal(0.75, metrics.Cutoffs[1].Precision, 1e-12);
        Assert.Equal(2.0 / 3, metrics.WithinRadius.Precision, 1e-12);
        Assert.Equal(1, metrics.WithinRadius.Recall, 1e-12);
        Assert.Equal([1, 1, 0, 0, 0], metrics.RelevantDistances);
        Assert.Equal([0, 1, 1, 0, 0], metrics.IrrelevantDistances);
    }

    private static double ApAtK(int[] order, int k, ApDenominator denominator, int total)
    {
        double sum = 0;
        int found = 0;
        for (int i = 0; i < k; i++)
            if (order[i] == 1)
                sum += ++found / (i + 1.0);
        return sum / denominator switch
        {
            ApDenominator.RelevantInTopK => Math.Max(1, found),
            ApDenominator.MinOfRelevantAndK => Math.Min(total, k),
            _ => total,
        };
    }

    private static RetrievalOptions Options(ApDenominator denominator = ApDenominator.RelevantInTopK) =>
        new() { Cutoffs = s_cutoffs, ApDenominator = denominator, BootstrapSamples = 0, Diagnostics = false, Threads = 1,
            UnlabeledDatabase = UnlabeledRows.CountAsIrrelevant };

    private static void Close(double expected, double actual, string name) =>
        Assert.True(Math.Abs(expected - actual) < 1e-9, $"{name}: {actual} instead of {expected}");
}
