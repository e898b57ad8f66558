namespace SSAH.MLNet.Training.Frozen;

/// <summary>How far labels go over the graph.</summary>
/// <param name="Alpha">Share that a row takes from its neighbors, 0 to 1: near 1 labels go far.</param>
/// <param name="ProposalWeight">What the classifier's proposal for a row without a label weighs beside a label, 0 to 1.</param>
internal readonly record struct Spreading(float Alpha, float ProposalWeight)
{
    /// <summary>For a label or two of each class: far, the classifier of so few rows hardly heard.</summary>
    public static Spreading Far { get; } = new(0.9f, 0.1f);

    /// <summary>From far to near: where many rows have labels, what a classifier says of a row is worth more than what its neighbors are.</summary>
    public static IReadOnlyList<Spreading> Candidates { get; } = [Far, new(0.8f, 0.3f), new(0.7f, 1)];
}
