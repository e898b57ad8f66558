using CsCheck;
using SSAH.MLNet.Cli.Serve.Labeling;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Tests.Labeling;

public sealed class NeighborVotesTests
{
    [Fact]
    public void A_ball_has_what_comparing_all_codes_gives() => DrawnCodes.Any.Sample(drawn =>
    {
        CodeBalls balls = CodeBalls.Of(drawn.Codes);
        for (int row = 0; row < drawn.Codes.Count; row++)
        {
            int[] near = [.. Enumerable.Range(0, drawn.Codes.Count).Where(other => Naive(drawn.Codes, row, other) <= balls.Radius)];
            Assert.Equal(near, balls.Around(row));
            Assert.All(Enumerable.Range(0, drawn.Codes.Count), other => Assert.Equal(near.Contains(other), balls.Contains(row, other)));
        }
    }, iter: 100);

    [Fact]
    public void Votes_are_those_of_a_naive_count_over_the_five_nearest() => DrawnCodes.Any.Sample(drawn =>
    {
        (BinaryCodes codes, IReadOnlyList<string>[] labels) = drawn;
        const int radius = 20;
        var votes = new NeighborVotes(codes, labels, radius);
        for (int row = 0; row < codes.Count; row++)
        {
            var nearest = Enumerable.Range(0, codes.Count).Where(other => other != row && labels[other].Count > 0)
                .OrderBy(other => Naive(codes, row, other)).Take(5)
                .Select(other => (Labels: labels[other], Weight: Math.Exp(-Math.Log(2) * Math.Pow(Naive(codes, row, other) / (double)radius, 2)))).ToArray();
            NeighborVote vote = votes.Of(row);
            double total = nearest.Sum(each => each.Weight), support = total / (total + 0.25);
            var shares = nearest.SelectMany(each => each.Labels.Select(label => (label, each.Weight))).GroupBy(each => each.label)
                .ToDictionary(group => group.Key, group => group.Sum(each => each.Weight), StringComparer.Ordinal);
            Assert.Equal(nearest.Length > 0, vote.Label is not null);
            if (vote.Label is not null)
                Assert.Equal(shares.Values.Max(), shares[vote.Label], 1e-12);
            Assert.Equal(nearest.Length > 0 ? shares.Values.Max() / total * support : 0, vote.Share, 1e-9);
            var pairs = (from first in nearest.Index() from second in nearest.Index() where first.Index != second.Index || nearest.Length == 1
                         let weight = first.Item.Weight * second.Item.Weight
                         select (weight, Agrees: first.Item.Labels.Intersect(second.Item.Labels).Any())).ToArray();
            Assert.Equal(pairs.Length > 0 ? pairs.Where(pair => pair.Agrees).Sum(pair => pair.weight) / pairs.Sum(pair => pair.weight) * support : 0,
                vote.Certainty, 1e-9);
            Assert.InRange(vote.Certainty, 0, 1);
        }
    }, iter: 100);

    [Fact]
    public void Figures_are_those_of_a_count_by_hand()
    {
        // Two clusters; the third label of the first one is wrong.
        BinaryCodes codes = DrawnCodes.Clusters([6, 4], noise: 2, seed: 5).Slice(0, 10);
        IReadOnlyList<string>[] labels = [["a"], ["a"], ["b"], [], [], [], [], [], [], []];
        CodeBalls balls = CodeBalls.Of(codes, radius: 8);
        var figures = LabelingFigures.Of(balls, new NeighborVotes(codes, labels, 8), labels);
        // The wrong one's neighbors say a, and those of the others are one of each: the nearer one has it.
        Assert.Equal(0.6, figures.Coverage, 1e-12);
        Assert.InRange(figures.Agreement!.Value, 0, 0.67);
        labels[2] = ["a"];
        Assert.Equal(1, LabelingFigures.Of(balls, new NeighborVotes(codes, labels, 8), labels).Agreement);
        labels[1] = labels[2] = [];
        Assert.Null(LabelingFigures.Of(balls, new NeighborVotes(codes, labels, 8), labels).Agreement);
    }

    private static int Naive(BinaryCodes codes, int first, int second)
    {
        byte[] left = new byte[codes.BytesPerCode], right = new byte[codes.BytesPerCode];
        codes.CopyPacked(first, left);
        codes.CopyPacked(second, right);
        return Enumerable.Range(0, codes.Bits).Count(bit => (left[bit / 8] >> bit % 8 & 1) != (right[bit / 8] >> bit % 8 & 1));
    }
}
