using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Train.Cli;

/// <summary>What a training from a part of the labels brought, measured on the others.</summary>
/// <param name="Comparison">The figures.</param>
/// <param name="Leaks">Images that were held out and have a copy all the same among the labeled ones that were learned from.</param>
/// <param name="HeldOut">Number of images that were held out.</param>
/// <param name="LeftOut">Unlabeled copies of these, which were not learned from.</param>
/// <param name="Copies">The groups of copies that the split kept together.</param>
internal sealed record MeasuredTraining(RetrievalComparison Comparison, LeakReport Leaks, int HeldOut, int LeftOut, DuplicateReport Copies)
{
    /// <summary>A sentence about copies; null where there are none.</summary>
    public string? CopiesRemark
    {
        get
        {
            var said = new List<string>();
            if (Copies.Groups.Count > 0)
                said.Add($"{CommandOutput.Count(Copies.Groups.Count, "group")} of copies stayed together, on one side of the split");
            if (LeftOut > 0)
                said.Add($"{CommandOutput.Count(LeftOut, "unlabeled copy", "unlabeled copies")} of held-out images were not learned from");
            if (Leaks.Leaks.Count > 0)
                said.Add($"{Leaks}");
            return said.Count == 0 ? null : $"copies: {string.Join("; ", said)}";
        }
    }
}
