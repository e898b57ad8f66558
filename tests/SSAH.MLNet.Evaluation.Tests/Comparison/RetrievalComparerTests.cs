namespace SSAH.MLNet.Evaluation.Tests.Comparison;

public sealed class RetrievalComparerTests
{
    private const int Dimension = 5;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Figures_are_those_of_all_orders_of_the_ties_written_out(bool excludesSelf, bool multiLabel)
    {
        var random = new Random(excludesSelf ? 1 : 2);
        for (int round = 0; round < 10; round++)
        {
            int count = excludesSelf ? 5 : random.Next(1, 5);
            LabelSets queryLabels = Labels(random, count, multiLabel), databaseLabels = excludesSelf ? queryLabels : Labels(random, 5, multiLabel);
            // Few different values, so that there are ties.
            float[] queries = Values(random, count), database = excludesSelf ? queries : Values(random, 5);
            var options = new ComparisonOptions { Cutoff = 3, ExcludeSameRow = excludesSelf, Threads = 2 };
            var comparer = new RetrievalComparer(queryLabels, databaseLabels, options);
            comparer.AddClassRanking(queries, database, Dimension);
            BinaryCodes left = BinaryCodes.FromActivations(Dimension, queries), right = BinaryCodes.FromActivations(Dimension, database);
            comparer.AddCodes(ComparedMethod.TrainedCodes, left, right);
            RetrievalComparison comparison = comparer.ToComparison();

            Close(Naive(queryLabels, databaseLabels, excludesSelf, (_, _) => 0), comparison.Find(ComparedMethod.Chance)!.All);
            Close(Naive(queryLabels, databaseLabels, excludesSelf, (q, d) => Dot(queries, q, database, d)), comparison.Find(ComparedMethod.ClassRanking)!.All);
            Close(Naive(queryLabels, databaseLabels, excludesSelf, (q, d) => -Metrics.NaiveRetrieval.Distance(left, q, right, d)),
                comparison.Find(ComparedMethod.TrainedCodes)!.All);
        }
    }

    [Fact]
    public void Cosine_of_real_features_is_that_of_a_plain_sort()
    {
        var random = new Random(3);
        LabelSets queryLabels = Labels(random, 40, false), databaseLabels = Labels(random, 300, false);
        float[] queries = [.. Enumerable.Range(0, 40 * Dimension).Select(_ => random.NextSingle())],
            database = [.. Enumerable.Range(0, 300 * Dimension).Select(_ => random.NextSingle())];
        var comparer = new RetrievalComparer(queryLabels, databaseLabels);
        comparer.AddCosine(queries, database, Dimension);
        (float[] left, float[] right) = (Centered(queries, database), Centered(database, database));
        int[] labeled = [.. Enumerable.Range(0, 300).Where(databaseLabels.IsLabeled)];
        (double Map, double Precision)[] expected = [.. Enumerable.Range(0, 40).Where(queryLabels.IsLabeled).Select(query =>
        {
            int[] shared = [.. labeled.OrderByDescending(row => Dot(left, query, right, row))
                .Select(row => Metrics.NaiveRetrieval.Shared(queryLabels, query, databaseLabels, row))];
            Dictionary<string, double> measures = Metrics.NaiveRetrieval.Measures(shared, [10]);
            return (measures["AP"], measures["P@10"]);
        })];
        Close((expected.Average(e => e.Map), expected.Average(e => e.Precision)), comparer.ToComparison().Find(ComparedMethod.Cosine)!.All, 1e-6);
    }

    [Fact]
    public void Codes_have_the_figures_of_the_evaluation()
    {
        var random = new Random(4);
        LabelSets queryLabels = Labels(random, 30, false), databaseLabels = Labels(random, 200, false);
        BinaryCodes queries = BinaryCodes.FromActivations(70, [.. Enumerable.Range(0, 30 * 70).Select(_ => random.NextSingle() - .5f)]);
        BinaryCodes database = BinaryCodes.FromActivations(70, [.. Enumerable.Range(0, 200 * 70).Select(_ => random.NextSingle() - .5f)]);
        var comparer = new RetrievalComparer(queryLabels, databaseLabels);
        comparer.AddCodes(ComparedMethod.UnlabeledCodes, queries, database);
        ComparedRanking found = comparer.ToComparison().Find(ComparedMethod.UnlabeledCodes)!;
        HammingRetrievalMetrics expected = RetrievalEvaluation.Evaluate(queries, queryLabels, database, databaseLabels);
        Close((expected.MeanAveragePrecision, expected.Cutoffs.Single(cut => cut.K == 10).Precision), found.All, 1e-9);
        Assert.Equal((70, "ITQ codes, 70 bits"), (found.Bits!.Value, found.Name));
    }

    [Fact]
    public void Classes_without_labels_in_training_are_reported_apart()
    {
        string[] names = ["cat", "dog", "owl"];
        LabelSets queryLabels = LabelSets.FromClasses([0, 1, 2, 2, -1], names), databaseLabels = LabelSets.FromClasses([0, 1, 2, 0, 1], names);
        // Cats and dogs are perfect; owls are the last of all.
        BinaryCodes queries = BinaryCodes.FromPacked(8, [1, 2, 4, 4, 0]), database = BinaryCodes.FromPacked(8, [1, 2, 0xfb, 1, 2]);
        var comparer = new RetrievalComparer(queryLabels, databaseLabels, new ComparisonOptions { LabeledClasses = ["cat", "dog"] });
        comparer.AddCodes(ComparedMethod.TrainedCodes, queries, database);
        RetrievalComparison comparison = comparer.ToComparison();
        ComparedRanking trained = comparison.Find(ComparedMethod.TrainedCodes)!;
        Assert.Equal((4, 2, 2), (trained.All.Queries, trained.Seen!.Value.Queries, trained.Unseen!.Value.Queries));
        Close((1, .2), trained.Seen.Value);
        Close((.2, .1), trained.Unseen.Value);
        Assert.Contains("classes without labels", comparison.ToString(), StringComparison.Ordinal);
        Assert.Contains("1.0000  0.2000", comparison.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(.9, .5, .6, .7, "Training paid: mAP is 0.900, 0.300 above the best that needs no label (ITQ codes)", "more labels")]
    [InlineData(.6, .5, .595, .7, "Training changed little", "more bits (or more steps, where the network is trained too)")]
    [InlineData(.4, .5, .6, .35, "Training did not pay: mAP is 0.400, 0.200 below", "more labels")]
    [InlineData(.9, .7, .6, .7, "Training paid", "more bits would help, because ITQ codes lose 0.100")]
    public void The_verdict_says_whether_training_paid_and_what_would_help(double trained, double cosine, double itq, double classes, string paid, string help)
    {
        ComparedRanking Of(ComparedMethod method, string name, double map) => new(method, name, null, new RankingFigures(1, map, map), null, null);
        var comparison = new RetrievalComparison(1, 1, 10, [Of(ComparedMethod.Cosine, "cosine", cosine), Of(ComparedMethod.UnlabeledCodes, "ITQ codes", itq),
            Of(ComparedMethod.ClassRanking, "class probabilities", classes), Of(ComparedMethod.TrainedCodes, "trained", trained)]);
        Assert.StartsWith(paid, comparison.Verdict, StringComparison.Ordinal);
        Assert.Contains(help, comparison.Verdict, StringComparison.Ordinal);
        Assert.EndsWith(".", comparison.Verdict, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', comparison.Verdict);
        Assert.Contains(comparison.Verdict, comparison.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_verdict_speaks_of_classes_without_labels_that_got_lost()
    {
        ComparedRanking Of(ComparedMethod method, string name, double unseen) =>
            new(method, name, null, new RankingFigures(2, .5, .5), new RankingFigures(1, .5, .5), new RankingFigures(1, unseen, .5));
        var comparison = new RetrievalComparison(2, 1, 10, [Of(ComparedMethod.Cosine, "cosine", .6), Of(ComparedMethod.TrainedCodes, "trained", .4)]);
        Assert.Contains("classes without labels became harder to find (0.400, and 0.600 with cosine)", comparison.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        LabelSets labels = LabelSets.FromClasses([0, 1]);
        var comparer = new RetrievalComparer(labels, labels);
        Assert.Contains("2 rows of 5", Assert.Throws<ArgumentException>(() => comparer.AddCosine(new float[9], new float[10], 5)).Message,
            StringComparison.Ordinal);
        Assert.Contains("Row 1 of the database", Assert.Throws<ArgumentException>(
            () => comparer.AddCosine(new float[10], new[] { 0, 0, 0, 0, 0, 0, float.NaN, 0, 0, 0f }, 5)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => comparer.AddCodes(ComparedMethod.Cosine, new BinaryCodes(8), new BinaryCodes(8)));
        Assert.Throws<ArgumentException>(() => comparer.AddCodes(ComparedMethod.TrainedCodes, new BinaryCodes(8), new BinaryCodes(8)));
        Assert.Contains("names", Assert.Throws<ArgumentException>(() =>
            new RetrievalComparer(labels, labels, new ComparisonOptions { LabeledClasses = ["cat"] })).Message, StringComparison.Ordinal);
        Assert.Contains("nothing to compare", Assert.Throws<ArgumentException>(() =>
            new RetrievalComparer(LabelSets.FromClasses([-1]), labels)).Message, StringComparison.Ordinal);
    }

    private static LabelSets Labels(Random random, int count, bool multiLabel) => multiLabel
        ? LabelSets.FromSets([.. Enumerable.Range(0, count)
            .Select(i => Enumerable.Range(0, 3).Where(label => i == 0 && label == 0 || random.Next(3) == 0).ToArray())], 3)
        : LabelSets.FromClasses([.. Enumerable.Range(0, count).Select(i => i == 0 ? 0 : random.Next(-1, 3))], ["a", "b", "c"]);

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count * Dimension).Select(_ => random.Next(-1, 2) / 2f)];

    private static double Dot(float[] left, int i, float[] right, int j) =>
        Enumerable.Range(0, Dimension).Sum(d => (double)left[i * Dimension + d] * right[j * Dimension + d]);

    private static float[] Centered(float[] values, float[] database)
    {
        double[] mean = [.. Enumerable.Range(0, Dimension).Select(d => database.Where((_, i) => i % Dimension == d).Average(v => (double)v))];
        return [.. values.Chunk(Dimension).SelectMany(row =>
        {
            double[] centered = [.. row.Select((value, d) => value - mean[d])];
            double norm = Math.Sqrt(centered.Sum(value => value * value));
            return centered.Select(value => (float)(norm == 0 ? 0 : value / norm));
        })];
    }

    // The mean over all orders of tied rows, each written out.
    private static (double Map, double Precision) Naive(LabelSets queryLabels, LabelSets databaseLabels, bool excludesSelf, Func<int, int, double> score)
    {
        (double, double) OfQuery(int query)
        {
            int[] rows = [.. Enumerable.Range(0, databaseLabels.Count).Where(row => databaseLabels.IsLabeled(row) && !(excludesSelf && row == query))];
            double[] scores = [.. rows.Select(row => score(query, row))];
            int[] distances = [.. scores.Select(own => scores.Distinct().Count(other => other > own))];
            Dictionary<string, double>[] measures = [.. Metrics.NaiveRetrieval.Orders(distances).Select(order => Metrics.NaiveRetrieval.Measures(
                [.. order.Select(i => Metrics.NaiveRetrieval.Shared(queryLabels, query, databaseLabels, rows[i]))], [3]))];
            return measures.Length == 0 ? default : (measures.Average(m => m["AP"]), measures.Average(m => m["P@3"]));
        }
        (double Map, double Precision)[] all = [.. Enumerable.Range(0, queryLabels.Count).Where(queryLabels.IsLabeled).Select(OfQuery)];
        return (all.Average(each => each.Map), all.Average(each => each.Precision));
    }

    private static void Close((double Map, double Precision) expected, RankingFigures found, double tolerance = 1e-9)
    {
        Assert.Equal(expected.Map, found.MeanAveragePrecision, tolerance);
        Assert.Equal(expected.Precision, found.Precision, tolerance);
    }
}
