namespace SSAH.MLNet.Cli.Serve.Labeling;

/// <summary>How far the labels go.</summary>
/// <param name="Agreement">Share of the labeled images of which the labeled neighbors name one of their own labels, each left out of its own vote; null
/// below two labeled images.</param>
/// <param name="Coverage">Share of all images that lie in the ball around a labeled one.</param>
internal readonly record struct LabelingFigures(double? Agreement, double Coverage)
{
    public static LabelingFigures Of(CodeBalls balls, NeighborVotes votes, IReadOnlyList<IReadOnlyList<string>> labels)
    {
        int agreeing = votes.Labeled.Count(row => votes.Of(row).Label is { } label && labels[row].Contains(label));
        var covered = new bool[balls.Count];
        foreach (int labeled in votes.Labeled)
            foreach (int other in balls.Around(labeled))
                covered[other] = true;
        return new LabelingFigures(votes.Labeled.Count > 1 ? (double)agreeing / votes.Labeled.Count : null,
            balls.Count > 0 ? (double)covered.Count(each => each) / balls.Count : 0);
    }
}
