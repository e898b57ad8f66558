using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Evaluation.Tests.Metrics;

/// <summary>Laws and edge cases of the evaluation.</summary>
public sealed class RetrievalEvaluationTests
{
    private static readonly RetrievalOptions s_quick = new() { BootstrapSamples = 0 };

    [Fact]
    public void The_order_of_the_database_does_not_matter_to_tie_averaged_figures()
    {
        Case data = new(30, 400, 16, seed: 3);
        int[] order = [.. Enumerable.Range(0, 400)];
        new Random(9).Shuffle(order);
        HammingRetrievalMetrics one = data.Evaluate(s_quick);
        HammingRetrievalMetrics other = RetrievalEvaluation.Evaluate(data.Queries, data.QueryLabels,
            RandomRetrieval.Reorder(data.Database, order), LabelSets.FromClasses([.. order.Select(i => data.Classes[i])]), s_quick);
        Assert.Equal(one.MeanAveragePrecision, other.MeanAveragePrecision);
        Assert.Equal(one.PessimisticMeanAveragePrecision, other.PessimisticMeanAveragePrecision);
        Assert.Equal(one.Cutoffs.Select(c => c.MeanAveragePrecision), other.Cutoffs.Select(c => c.MeanAveragePrecision));
        Assert.NotEqual(one.StableMeanAveragePrecision, other.StableMeanAveragePrecision);
    }

    [Fact]
    public void The_bracket_holds_every_order()
    {
        HammingRetrievalMetrics metrics = new Case(50, 500, 12, seed: 4).Evaluate(s_quick);
        Assert.True(metrics.PessimisticMeanAveragePrecision < metrics.OptimisticMeanAveragePrecision - 0.05);
        foreach (QueryMetrics query in metrics.Queries)
        {
            Assert.InRange(query.AveragePrecision, query.PessimisticAveragePrecision, query.OptimisticAveragePrecision);
            Assert.InRange(query.StableAveragePrecision!.Value, query.PessimisticAveragePrecision - 1e-12, query.OptimisticAveragePrecision + 1e-12);
        }
    }

    [Fact]
    public void Threads_change_nothing()
    {
        Case data = new(200, 300, 24, seed: 5);
        string one = data.Evaluate(new RetrievalOptions { Threads = 1, BootstrapSamples = 50 }).ToJson();
        Assert.Equal(one, data.Evaluate(new RetrievalOptions { Threads = 3, BootstrapSamples = 50 }).ToJson());
        Assert.Equal(one, data.Evaluate(new RetrievalOptions { Threads = 16, BootstrapSamples = 50 }).ToJson());
    }

    [Fact]
    public void Without_stable_order_the_tie_averaged_figures_are_the_same()
    {
        Case data = new(60, 333, 70, seed: 6);
        HammingRetrievalMetrics with = data.Evaluate(s_quick), without = data.Evaluate(s_quick with { StableOrder = false });
        Assert.Equal(with.MeanAveragePrecision, without.MeanAveragePrecision);
        Assert.Null(without.StableMeanAveragePrecision);
        Assert.All(without.Cutoffs, cut => Assert.Null(cut.StablePrecision));
        Assert.Equal(with.LookupCurve, without.LookupCurve);
    }

    [Fact]
    public void Queries_with_nothing_relevant_count_zero()
    {
        var codes = BinaryCodes.FromPacked(8, [1, 2]);
        HammingRetrievalMetrics metrics =
            RetrievalEvaluation.Evaluate(codes, LabelSets.FromClasses([0, 5]), codes, LabelSets.FromClasses([0, 0]), s_quick);
        Assert.Equal(1, metrics.QueriesWithoutRelevant);
        Assert.Equal(2, metrics.QueryCount);
        Assert.Equal(0.5, metrics.MeanAveragePrecision, 1e-12);
        Assert.Equal(0, metrics.Queries[1].AveragePrecision);
        Assert.Contains("1 queries with nothing relevant", metrics.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_tie_of_all_rows_is_averaged()
    {
        // 1 of 3 relevant, all tied: AP is 1, 1/2 or 1/3.
        HammingRetrievalMetrics metrics = RetrievalEvaluation.Evaluate(BinaryCodes.FromPacked(8, [0]), LabelSets.FromClasses([1]),
            BinaryCodes.FromPacked(8, [7, 7, 7]), LabelSets.FromClasses([0, 1, 2]), s_quick);
        Assert.Equal((1 + 1.0 / 2 + 1.0 / 3) / 3, metrics.MeanAveragePrecision, 1e-12);
        Assert.Equal(1.0 / 3, metrics.PessimisticMeanAveragePrecision, 1e-12);
        Assert.Equal(1, metrics.OptimisticMeanAveragePrecision, 1e-12);
        Assert.Equal(0.5, metrics.StableMeanAveragePrecision!.Value, 1e-12);
        Assert.Equal(1, metrics.WithinRadius.EmptyBallRate);
    }

    [Fact]
    public void One_row_gets_one_code()
    {
        var code = BinaryCodes.FromPacked(1, [1]);
        HammingRetrievalMetrics metrics = RetrievalEvaluation.Evaluate(code, LabelSets.FromClasses([0]), code, LabelSets.FromClasses([0]));
        Assert.Equal(1, metrics.MeanAveragePrecision);
        Assert.Equal(1, metrics.StableMeanAveragePrecision);
        Assert.Equal(0.1, metrics.Cutoffs[1].Precision, 1e-12);
        Assert.Equal(1, metrics.Confidence!.Lower);
    }

    [Fact]
    public void Unlabeled_rows_are_left_out_and_counted()
    {
        var codes = BinaryCodes.FromPacked(8, [0, 0, 1, 3]);
        LabelSets labels = LabelSets.FromClasses([0, -1, 0, 1]), queryLabels = LabelSets.FromClasses([0, -1]);
        HammingRetrievalMetrics left = RetrievalEvaluation.Evaluate(codes.Slice(0, 2), queryLabels, codes, labels, s_quick);
        Assert.Equal((1, 1, 1, 3), (left.QueryCount, left.UnlabeledQueries, left.UnlabeledDatabaseRows, left.DatabaseCount));
        Assert.Equal(1, left.MeanAveragePrecision, 1e-12);
        HammingRetrievalMetrics ranked = RetrievalEvaluation.Evaluate(
            codes.Slice(0, 2), queryLabels, codes, labels, s_quick with { UnlabeledDatabase = UnlabeledRows.CountAsIrrelevant });
        Assert.Equal(4, ranked.DatabaseCount);
        // Rank 1 or 2 by the tie, then rank 3.
        Assert.Equal(((1 + 0.5) / 2 + 2.0 / 3) / 2, ranked.MeanAveragePrecision, 1e-12);
    }

    [Fact]
    public void A_self_match_is_no_hit()
    {
        Case data = new(40, 40, 16, seed: 7);
        HammingRetrievalMetrics with = RetrievalEvaluation.Evaluate(data.Database, data.Labels, data.Database, data.Labels, s_quick);
        HammingRetrievalMetrics without =
            RetrievalEvaluation.Evaluate(data.Database, data.Labels, data.Database, data.Labels, s_quick with { ExcludeSameRow = true });
        Assert.Equal(40, without.Conventions.SelfMatches);
        Assert.True(without.MeanAveragePrecision < with.MeanAveragePrecision);
        Assert.Equal(with.Queries.Select(q => q.Relevant - 1), without.Queries.Select(q => q.Relevant));
        // Leaving row i out of the database by hand gives the same.
        for (int i = 0; i < 40; i += 13)
        {
            int[] others = [.. Enumerable.Range(0, 40).Where(row => row != i)];
            HammingRetrievalMetrics alone = RetrievalEvaluation.Evaluate(data.Database.Slice(i, 1), LabelSets.FromClasses([data.Classes[i]]),
                RandomRetrieval.Reorder(data.Database, others), LabelSets.FromClasses([.. others.Select(row => data.Classes[row])]), s_quick);
            Assert.Equal(alone.MeanAveragePrecision, without.Queries[i].AveragePrecision, 1e-12);
            Assert.Equal(alone.StableMeanAveragePrecision!.Value, without.Queries[i].StableAveragePrecision!.Value, 1e-12);
        }
    }

    [Fact]
    public void The_ranking_curve_is_precision_and_recall_at_each_of_its_places()
    {
        Case data = new(30, 120, 10, seed: 12);
        IReadOnlyList<RankingCurvePoint> curve = data.Evaluate(s_quick).RankingCurve;
        HammingRetrievalMetrics metrics = data.Evaluate(s_quick with { Cutoffs = [.. curve.Select(point => point.K)] });
        foreach ((CutoffMetrics cut, RankingCurvePoint point) in metrics.Cutoffs.Zip(curve))
        {
            Assert.Equal(cut.K, point.K);
            Assert.Equal(cut.Precision, point.Precision, 1e-12);
            Assert.Equal(cut.Recall, point.Recall, 1e-12);
        }
        Assert.Equal(metrics.Cutoffs.Count, curve.Count);
        Assert.Equal((1, 120), (curve[0].K, curve[^1].K));
        Assert.Equal(1, curve[^1].Recall, 1e-12);
    }

    [Fact]
    public void Class_figures_average_to_the_whole()
    {
        HammingRetrievalMetrics metrics = new Case(90, 200, 16, seed: 8).Evaluate(s_quick);
        Assert.Equal(metrics.MeanAveragePrecision,
            metrics.Classes.Sum(c => c.MeanAveragePrecision * c.QueryCount) / metrics.QueryCount, 1e-12);
        Assert.Equal(metrics.QueryCount, metrics.Classes.Sum(c => c.QueryCount));
    }

    [Fact]
    public void Re_ranking_sorts_the_head_by_inner_product()
    {
        Case data = new(12, 80, 12, seed: 10);
        var random = new Random(1);
        float[] activations = [.. Enumerable.Range(0, 12 * 12).Select(_ => random.NextSingle() * 2 - 1)];
        foreach (int depth in (int[])[1, 7, 30, 80, 500])
        {
            HammingRetrievalMetrics metrics = data.Evaluate(s_quick with { QueryActivations = activations, AsymmetricDepth = depth });
            double expected = Enumerable.Range(0, 12).Average(q =>
            {
                int[] order = [.. Enumerable.Range(0, 80).OrderBy(i => NaiveRetrieval.Distance(data.Queries, q, data.Database, i))];
                float Product(int row) =>
                    Enumerable.Range(0, 12).Sum(b => ((data.Database[row][0] >> b & 1) == 1 ? 1 : -1) * activations[q * 12 + b]);
                int[] head = [.. order.Take(depth).Order().OrderByDescending(row => MathF.Round(Product(row), 4))];
                int[] whole = [.. head, .. order.Skip(depth)];
                return NaiveRetrieval.Measures([.. whole.Select(i => data.Labels.Shares(i, data.QueryLabels, q) ? 1 : 0)], [])["AP"];
            });
            Assert.Equal(expected, metrics.Asymmetric!.MeanAveragePrecision, 1e-9);
            Assert.Equal(data.Evaluate(s_quick).MeanAveragePrecision, metrics.MeanAveragePrecision);
        }
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        Case data = new(5, 9, 8, seed: 1);
        ArgumentException error = Assert.Throws<ArgumentException>(() => data.Evaluate(
            new RetrievalOptions { Cutoffs = [0], Radius = -1, ConfidenceLevel = 2, Threads = -1, SelfRows = [1], AsymmetricDepth = 3 }));
        Assert.All((string[])["Cutoffs", "Radius", "ConfidenceLevel", "Threads", "SelfRows", "QueryActivations"],
            name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Mismatched_inputs_are_named()
    {
        Case data = new(5, 9, 8, seed: 1);
        Assert.Contains("8-bit", Assert.Throws<ArgumentException>(() => RetrievalEvaluation.Evaluate(
            data.Queries, data.QueryLabels, new BinaryCodes(16), LabelSets.FromClasses([]))).Message, StringComparison.Ordinal);
        Assert.Contains("9 database rows", Assert.Throws<ArgumentException>(() => RetrievalEvaluation.Evaluate(
            data.Queries, data.QueryLabels, data.Database, LabelSets.FromClasses([1]))).Message, StringComparison.Ordinal);
        Assert.Contains("nothing to evaluate", Assert.Throws<ArgumentException>(() => RetrievalEvaluation.Evaluate(
            data.Queries, LabelSets.FromClasses([-1, -1, -1, -1, -1]), data.Database, data.Labels)).Message, StringComparison.Ordinal);
        Assert.Contains("'dog'", Assert.Throws<ArgumentException>(() => RetrievalEvaluation.Evaluate(
            BinaryCodes.FromPacked(8, [1]), LabelSets.FromClasses([0], ["cat"]), BinaryCodes.FromPacked(8, [1]),
            LabelSets.FromClasses([0], ["dog"]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_stops_it() => Assert.ThrowsAny<OperationCanceledException>(() =>
    {
        Case data = new(5, 9, 8, seed: 1);
        RetrievalEvaluation.Evaluate(data.Queries, data.QueryLabels, data.Database, data.Labels, s_quick, new CancellationToken(canceled: true));
    });

    [Fact]
    public void Diagnostics_and_the_class_id_line_can_be_canceled()
    {
        Case data = new(5, 30, 16, seed: 1);
        var plan = new EvaluationPlan(data.Queries, data.QueryLabels, data.Database, data.Labels, s_quick);
        var canceled = new CancellationToken(canceled: true);
        Assert.ThrowsAny<OperationCanceledException>(() => CodeStatistics.Of(plan, canceled));
        Assert.ThrowsAny<OperationCanceledException>(() => ClassIdCode.Evaluate(plan, data.Labels, canceled));
        Assert.NotNull(ClassIdCode.Evaluate(plan, data.Labels, CancellationToken.None));
    }

    [Fact]
    public void Codes_of_different_models_are_refused()
    {
        BinaryCodes queries = BinaryCodes.FromPacked(8, [1]), database = BinaryCodes.FromPacked(8, [1]);
        LabelSets labels = LabelSets.FromClasses([0]);
        queries.ModelId = "one";
        RetrievalEvaluation.Evaluate(queries, labels, database, labels, s_quick);
        database.ModelId = "two";
        Assert.Contains("'two'", Assert.Throws<ArgumentException>(() => RetrievalEvaluation.Evaluate(queries, labels, database, labels, s_quick)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_ends_at_one()
    {
        var progress = new LastValue();
        new Case(100, 20, 8, seed: 1).Evaluate(s_quick with { Progress = progress, Threads = 2 });
        Assert.Equal(1, progress.Largest);
        Assert.Equal(4, progress.Reports);
    }

    [Fact]
    public void Figures_as_JSON_and_as_a_table()
    {
        Case data = new(20, 50, 16, seed: 2);
        HammingRetrievalMetrics metrics = data.Evaluate(new RetrievalOptions { Protocol = "C10-54k, seed 3", BootstrapSamples = 20 });
        string json = metrics.ToJson();
        Assert.Equal(json, HammingRetrievalMetrics.FromJson(json).ToJson());
        Assert.Contains("\"apDenominator\": \"RelevantInTopK\"", json, StringComparison.Ordinal);
        Assert.Contains("C10-54k, seed 3", metrics.ToString(), StringComparison.Ordinal);
        Assert.Contains("tie-averaged", metrics.ToString(), StringComparison.Ordinal);
        Assert.Throws<DamagedFileException>(() => HammingRetrievalMetrics.FromJson("{}"));
        Assert.Throws<DamagedFileException>(() => HammingRetrievalMetrics.FromJson("null"));
        Assert.Throws<DamagedFileException>(() => HammingRetrievalMetrics.FromJson(json[..(json.Length / 2)]));
    }

    private sealed class LastValue : IProgress<double>
    {
        private readonly Lock _lock = new();

        public double Largest { get; private set; }

        public int Reports { get; private set; }

        public void Report(double value)
        {
            lock (_lock)
            {
                Largest = Math.Max(Largest, value);
                Reports++;
            }
        }
    }

    private sealed class Case
    {
        public Case(int queries, int rows, int bits, int seed)
        {
            var random = new Random(seed);
            int[] queryClasses = RandomRetrieval.Classes(queries, 4, random);
            Classes = RandomRetrieval.Classes(rows, 4, random);
            Queries = RandomRetrieval.Codes(bits, queryClasses, random);
            Database = RandomRetrieval.Codes(bits, Classes, random);
            QueryLabels = LabelSets.FromClasses(queryClasses);
            Labels = LabelSets.FromClasses(Classes);
        }

        public int[] Classes { get; }

        public BinaryCodes Queries { get; }

        public BinaryCodes Database { get; }

        public LabelSets QueryLabels { get; }

        public LabelSets Labels { get; }

        public HammingRetrievalMetrics Evaluate(RetrievalOptions options) =>
            RetrievalEvaluation.Evaluate(Queries, QueryLabels, Database, Labels, options);
    }
}
