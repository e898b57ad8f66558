using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Serve.Labeling;

/// <summary>What the nearest labeled images say of an image.</summary>
/// <param name="Label">The label that most of them have, by weight; null where none is labeled.</param>
/// <param name="Share">Weight of those that have it, 0 to 1; small also where the nearest are far.</param>
/// <param name="Certainty">How much they are near and agree, 0 to 1: the weight of pairs of them that share a label.</param>
internal readonly record struct NeighborVote(string? Label, double Share, double Certainty);

/// <summary>Asks the nearest labeled images of each image: near ones count more, and all together less where all are far.</summary>
/// <param name="codes">Codes of all images.</param>
/// <param name="labels">Labels of each; none where it is unlabeled.</param>
/// <param name="radius">The distance at which a neighbor counts half.</param>
internal sealed class NeighborVotes(BinaryCodes codes, IReadOnlyList<IReadOnlyList<string>> labels, int radius)
{
    /// <summary>How many neighbors are asked.</summary>
    public const int Neighbors = 5;

    // What is known without any neighbor: as much as one at 1.4 radii would say.
    private const double Doubt = 0.25;

    private readonly int[] _labeled = [.. Enumerable.Range(0, labels.Count).Where(row => labels[row].Count > 0)];

    /// <summary>The labeled images.</summary>
    public IReadOnlyList<int> Labeled => _labeled;

    /// <summary>Asks about an image; its own labels are left out.</summary>
    public NeighborVote Of(int row)
    {
        Span<(int Distance, int Row)> nearest = stackalloc (int, int)[Neighbors];
        int found = Nearest(row, nearest);
        Span<double> weights = stackalloc double[Neighbors];
        double total = 0, pairs = 0, agreeing = 0;
        for (int i = 0; i < found; i++)
            total += weights[i] = Math.Pow(2, -Math.Pow(nearest[i].Distance / Math.Max(radius, 1.0), 2));
        for (int i = 0; i < found; i++)
            for (int j = 0; j < found; j++)
                if (i != j || found == 1)
                {
                    pairs += weights[i] * weights[j];
                    agreeing += labels[nearest[i].Row].Any(labels[nearest[j].Row].Contains) ? weights[i] * weights[j] : 0;
                }
        (string? label, double weight) = Top(nearest[..found], weights);
        double support = total / (total + Doubt);
        return new NeighborVote(label, total > 0 ? weight / total * support : 0, pairs > 0 ? agreeing / pairs * support : 0);
    }

    private (string? Label, double Weight) Top(ReadOnlySpan<(int Distance, int Row)> nearest, ReadOnlySpan<double> weights)
    {
        var votes = new Dictionary<string, double>(StringComparer.Ordinal);
        (string? Label, double Weight) top = default;
        for (int i = 0; i < nearest.Length; i++)
            foreach (string label in labels[nearest[i].Row])
                votes[label] = votes.GetValueOrDefault(label) + weights[i];
        // At equal weight the one that the nearest image has.
        foreach ((_, int row) in nearest)
            foreach (string label in labels[row])
                if (votes[label] > top.Weight)
                    top = (label, votes[label]);
        return top;
    }

    private int Nearest(int row, Span<(int Distance, int Row)> nearest)
    {
        int found = 0;
        foreach (int other in _labeled)
        {
            if (other == row)
                continue;
            int distance = CodeBalls.Distance(codes, row, other);
            if (found == nearest.Length && distance >= nearest[^1].Distance)
                continue;
            int place = found < nearest.Length ? found++ : found - 1;
            for (; place > 0 && nearest[place - 1].Distance > distance; place--)
                nearest[place] = nearest[place - 1];
            nearest[place] = (distance, other);
        }
        return found;
    }
}
