namespace SSAH.MLNet.Cli.Serve.Labeling;

/// <summary>
/// Chooses the images whose labels would teach most: those with the most doubt in their ball. At first that is where most images lie without a label
/// near them (coverage), later where labeled neighbors disagree (uncertainty); what an image would answer is not asked of the next one (diversity).
/// </summary>
internal static class LabelProposals
{
    /// <summary>Chooses images, best first.</summary>
    /// <param name="balls">Which images look alike.</param>
    /// <param name="votes">What labeled neighbors say.</param>
    /// <param name="isCandidate">Whether an image may be proposed.</param>
    /// <param name="count">How many; fewer where there are no more.</param>
    public static IReadOnlyList<int> Choose(CodeBalls balls, NeighborVotes votes, Func<int, bool> isCandidate, int count)
    {
        double[] doubt = DoubtOf(balls, votes);
        var candidates = new HashSet<int>(Enumerable.Range(0, balls.Count).Where(isCandidate));
        double[] teaching = new double[balls.Count];
        foreach (int row in candidates)
            teaching[row] = balls.Around(row).Sum(other => doubt[other]);
        var chosen = new List<int>();
        while (chosen.Count < count && candidates.Count > 0)
        {
            int best = candidates.MaxBy(row => (teaching[row], -row));
            candidates.Remove(best);
            chosen.Add(best);
            foreach (int answered in balls.Around(best))
            {
                double taken = doubt[answered];
                doubt[answered] = 0;
                if (taken > 0)
                    foreach (int other in balls.Around(answered))
                        teaching[other] -= taken;
            }
        }
        return chosen;
    }

    // One more label in a ball that has many says little, also where they disagree: some images are of two kinds.
    private static double[] DoubtOf(CodeBalls balls, NeighborVotes votes)
    {
        int[] labeledNear = new int[balls.Count];
        foreach (int labeled in votes.Labeled)
            foreach (int other in balls.Around(labeled))
                labeledNear[other]++;
        return [.. Enumerable.Range(0, balls.Count).Select(row => (1 - votes.Of(row).Certainty) / (1 + labeledNear[row]))];
    }
}
