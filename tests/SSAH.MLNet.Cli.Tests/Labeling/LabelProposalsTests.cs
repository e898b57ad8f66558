using CsCheck;
using SSAH.MLNet.Cli.Serve.Labeling;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Tests.Labeling;

public sealed class LabelProposalsTests
{
    [Fact]
    public void Each_proposal_has_the_most_doubt_in_its_ball_that_those_before_leave() => DrawnCodes.Any.Sample(drawn =>
    {
        (BinaryCodes codes, IReadOnlyList<string>[] labels) = drawn;
        CodeBalls balls = CodeBalls.Of(codes);
        var votes = new NeighborVotes(codes, labels, balls.Radius);
        bool IsCandidate(int row) => labels[row].Count == 0 && row % 7 != 3;
        IReadOnlyList<int> chosen = LabelProposals.Choose(balls, votes, IsCandidate, 6);
        int[] candidates = [.. Enumerable.Range(0, codes.Count).Where(IsCandidate)];
        Assert.Equal(Math.Min(6, candidates.Length), chosen.Count);
        Assert.Distinct(chosen);
        var answered = new HashSet<int>();
        foreach (int row in chosen)
        {
            Assert.Contains(row, candidates);
            double best = candidates.Except(chosen.TakeWhile(each => each != row)).Max(Teaching);
            Assert.InRange(Teaching(row), best - 1e-9, best);
            answered.UnionWith(balls.Around(row));
        }

        double Teaching(int row) => balls.Around(row).Where(other => !answered.Contains(other)).Sum(other =>
            (1 - votes.Of(other).Certainty) / (1 + balls.Around(other).Count(near => labels[near].Count > 0)));
    }, iter: 100);

    [Fact]
    public void Before_there_is_a_label_every_kind_is_asked_for_once_however_rare_it_is()
    {
        int[] sizes = [200, 100, 50, 25, 12, 6];
        BinaryCodes codes = DrawnCodes.Clusters(sizes, noise: 6, seed: 2).Slice(0, sizes.Sum());
        CodeBalls balls = CodeBalls.Of(codes, radius: 16);
        var votes = new NeighborVotes(codes, Unlabeled(codes.Count), balls.Radius);
        // The largest kind first.
        Assert.Equal([0, 1, 2, 3, 4, 5], LabelProposals.Choose(balls, votes, _ => true, sizes.Length).Select(row => ClusterOf(sizes, row)));
    }

    [Fact]
    public void Where_labels_disagree_more_is_asked_than_where_they_agree()
    {
        int[] sizes = [60, 60];
        BinaryCodes codes = DrawnCodes.Clusters(sizes, noise: 6, seed: 3).Slice(0, 120);
        IReadOnlyList<string>[] labels = Unlabeled(120);
        for (int i = 0; i < 4; i++)
        {
            labels[i] = ["sea"];
            labels[60 + i] = [i % 2 == 0 ? "cat" : "dog"];
        }
        CodeBalls balls = CodeBalls.Of(codes, radius: 16);
        int next = LabelProposals.Choose(balls, new NeighborVotes(codes, labels, 16), row => labels[row].Count == 0, 1)[0];
        Assert.Equal(1, ClusterOf(sizes, next));
    }

    [Fact]
    public void With_the_same_number_of_labels_proposals_teach_more_than_drawn_images()
    {
        int[] sizes = [300, 150, 80, 40, 20, 10, 10, 10];
        BinaryCodes codes = DrawnCodes.Clusters(sizes, noise: 8, seed: 4).Slice(0, sizes.Sum());
        CodeBalls balls = CodeBalls.Of(codes);
        double proposed = RightAfter(24, labels =>
            LabelProposals.Choose(balls, new NeighborVotes(codes, labels, balls.Radius), row => labels[row].Count == 0, 4));
        var random = new Random(1);
        double drawn = Enumerable.Range(0, 10).Average(_ => RightAfter(24, labels =>
            [.. Enumerable.Range(0, codes.Count).Where(row => labels[row].Count == 0).OrderBy(_ => random.Next()).Take(4)]));
        Assert.InRange(proposed, drawn + 0.02, 1);

        double RightAfter(int count, Func<IReadOnlyList<string>[], IReadOnlyList<int>> choose)
        {
            IReadOnlyList<string>[] labels = Unlabeled(codes.Count);
            for (int given = 0; given < count; given += 4)
                foreach (int row in choose(labels))
                    labels[row] = [$"{ClusterOf(sizes, row)}"];
            var votes = new NeighborVotes(codes, labels, balls.Radius);
            return Enumerable.Range(0, codes.Count).Average(row => votes.Of(row).Label == $"{ClusterOf(sizes, row)}" ? 1.0 : 0.0);
        }
    }

    [Fact]
    public void Labels_images_and_removals_of_others_are_seen()
    {
        using var album = new Commands.Album();
        using var collection = ImageCollection.Open(album.At("photos", ".ssah", "collection.db"));
        var state = new LabelingState(collection);
        LabelingState.Proposal first = state.Propose(100, new HashSet<long>());
        Assert.Equal(collection.Images.Select(image => image.Id), first.Images.Select(each => each.Id).Order());
        Assert.Equal((0, 0.0, null), (first.Labeled, first.Figures.Coverage, first.Figures.Agreement));
        using (var other = ImageCollection.Open(collection.Path))
        {
            other.Relabel([1, 2], "x");
            other.Remove(3);
            other.Add(album.At("other", "twelve.jpg"));
        }
        LabelingState.Proposal then = state.Propose(100, new HashSet<long> { 4 });
        Assert.Equal(collection.Images.Select(image => image.Id).Except([1, 2, 4]), then.Images.Select(each => each.Id).Order());
        Assert.Equal((2, 1.0), (then.Labeled, then.Figures.Agreement));
        Assert.InRange(then.Figures.Coverage, 2.0 / 13, 1);
        Assert.All(then.Images, each => Assert.Equal("x", each.Vote.Label));
    }

    private static IReadOnlyList<string>[] Unlabeled(int count) => [.. Enumerable.Repeat<IReadOnlyList<string>>([], count)];

    private static int ClusterOf(int[] sizes, int row)
    {
        int cluster = 0;
        for (; row >= sizes[cluster]; cluster++)
            row -= sizes[cluster];
        return cluster;
    }
}
