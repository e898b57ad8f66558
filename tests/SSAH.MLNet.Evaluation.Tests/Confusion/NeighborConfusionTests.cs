using SSAH.MLNet.Evaluation.Tests.Metrics;

namespace SSAH.MLNet.Evaluation.Tests.Confusion;

public sealed class NeighborConfusionTests
{
    [Fact]
    public void Shares_are_the_mean_over_all_orders_of_ties()
    {
        var random = new Random(1);
        for (int trial = 0; trial < 20; trial++)
        {
            // Few bits make many ties; six rows have 720 orders.
            int[] queryClasses = RandomRetrieval.Classes(4, 3, random), classes = RandomRetrieval.Classes(6, 3, random, unlabeled: true);
            BinaryCodes queries = RandomRetrieval.Codes(3, queryClasses, random), database = RandomRetrieval.Codes(3, classes, random);
            if (classes.All(each => each < 0))
                continue;
            int k = 1 + random.Next(7);
            NeighborConfusion confusion = NeighborConfusion.Of(
                queries, LabelSets.FromClasses(queryClasses, ["a", "b", "c"]), database, LabelSets.FromClasses(classes, ["a", "b", "c"]), k);
            for (int label = 0; label < 3; label++)
            {
                int[] rows = [.. Enumerable.Range(0, 4).Where(row => queryClasses[row] == label)];
                Assert.Equal(rows.Length, confusion.Classes[label].QueryCount);
                double[] expected = Naive(queries, rows, database, classes, k);
                Assert.Equal(rows.Length == 0 ? [] : expected.Select(share => Math.Round(share, 9)),
                    confusion.Classes[label].Shares.Select(share => Math.Round(share, 9)));
            }
        }
    }

    [Fact]
    public void A_row_is_left_out_of_its_own_neighbors_and_the_order_of_the_database_does_not_matter()
    {
        var random = new Random(2);
        int[] classes = RandomRetrieval.Classes(40, 4, random);
        BinaryCodes codes = RandomRetrieval.Codes(8, classes, random, noise: 0);
        LabelSets labels = LabelSets.FromClasses(classes);
        // Without noise all images of a class are equal: alone among the others a class finds itself, as far as it reaches.
        NeighborConfusion others = NeighborConfusion.Of(codes, labels, codes, labels, k: 1, excludeSameRow: true);
        Assert.All(others.Classes, each => Assert.Equal(1, each.Shares[each.Class], 12));
        Assert.Empty(others.Largest(5));
        int[] order = [.. Enumerable.Range(0, 40)];
        random.Shuffle(order);
        NeighborConfusion plain = NeighborConfusion.Of(codes, labels, codes, labels, k: 15);
        NeighborConfusion shuffled = NeighborConfusion.Of(codes, labels, RandomRetrieval.Reorder(codes, order), labels.Take(order), k: 15);
        Assert.Equal(plain.Classes.SelectMany(each => each.Shares).Select(share => Math.Round(share, 12)),
            shuffled.Classes.SelectMany(each => each.Shares).Select(share => Math.Round(share, 12)));
        ClassPair worst = plain.Largest(1)[0];
        Assert.Equal(plain.Classes.Max(each => each.Shares.Where((_, found) => found != each.Class).Max()), worst.Share);
    }

    [Fact]
    public void An_image_of_several_labels_counts_for_each()
    {
        BinaryCodes codes = BinaryCodes.FromPacked(8, [0, 0, 255]);
        LabelSets labels = LabelSets.FromSets([[0], [0, 1], [2]], 3);
        NeighborConfusion confusion = NeighborConfusion.Of(codes, labels, codes, labels, k: 2);
        Assert.Equal([1, 0.5, 0], confusion.Classes[0].Shares);
        Assert.Equal((2, 1, 1), (confusion.Classes[0].QueryCount, confusion.Classes[1].QueryCount, confusion.Classes[2].QueryCount));
        // The last query: itself, and half of each of the two that tie behind it.
        Assert.Equal([0.5, 0.25, 0.5], confusion.Classes[2].Shares);
    }

    [Fact]
    public void Nothing_labeled_is_an_error()
    {
        BinaryCodes codes = BinaryCodes.FromPacked(8, [1, 2]);
        Assert.Contains("nothing to confuse", Assert.Throws<ArgumentException>(() =>
            NeighborConfusion.Of(codes, LabelSets.FromClasses([-1, -1]), codes, LabelSets.FromClasses([0, 0]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            NeighborConfusion.Of(codes, LabelSets.FromClasses([0, 0]), codes, LabelSets.FromClasses([0, 0]), k: 0));
    }

    [Fact]
    public void Chance_is_the_mean_over_all_orders()
    {
        for (int rows = 1; rows <= 6; rows++)
            for (int relevant = 0; relevant <= rows; relevant++)
            {
                int[][] orders = [.. Permutations([.. Enumerable.Range(0, rows)])];
                double expected = orders.Average(order => relevant == 0 ? 0 : Enumerable.Range(0, rows).Where(place => order[place] < relevant)
                    .Average(place => order.Take(place + 1).Count(row => row < relevant) / (place + 1.0)));
                Assert.Equal(expected, Chance.AveragePrecision(rows, relevant), 12);
            }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Chance_is_that_of_a_comparison(bool sameRows)
    {
        var random = new Random(3);
        int[] classes = RandomRetrieval.Classes(60, 5, random, unlabeled: true);
        BinaryCodes codes = RandomRetrieval.Codes(16, classes, random);
        LabelSets labels = LabelSets.FromClasses(classes);
        RankingFigures chance = RetrievalEvaluation.Evaluate(codes, labels, codes, labels, new RetrievalOptions { ExcludeSameRow = sameRows }).Chance!.Value;
        // A code that is the same for all images ranks nothing.
        BinaryCodes equal = BinaryCodes.FromPacked(8, new byte[60]);
        HammingRetrievalMetrics tied = RetrievalEvaluation.Evaluate(equal, labels, equal, labels, new RetrievalOptions { ExcludeSameRow = sameRows });
        Assert.Equal(tied.MeanAveragePrecision, chance.MeanAveragePrecision, 12);
        Assert.Equal(tied.Cutoffs.Single(cutoff => cutoff.K == 10).Precision, chance.Precision, 12);
        Assert.Equal(tied.QueryCount, chance.Queries);
    }

    private static double[] Naive(BinaryCodes queries, int[] rows, BinaryCodes database, int[] classes, int k)
    {
        int[] labeled = [.. Enumerable.Range(0, classes.Length).Where(row => classes[row] >= 0)];
        var shares = new double[3];
        int[][] orders = [.. Permutations(labeled)];
        foreach (int query in rows)
            foreach (int[] order in orders)
            {
                int[] nearest = [.. order.OrderBy(row => System.Numerics.BitOperations.PopCount(queries[query][0] ^ database[row][0])).Take(k)];
                foreach (int row in nearest)
                    shares[classes[row]] += 1.0 / nearest.Length / orders.Length / rows.Length;
            }
        return shares;
    }

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany((item, i) => Permutations([.. items[..i], .. items[(i + 1)..]]).Select(rest => (int[])[item, .. rest]));
}
