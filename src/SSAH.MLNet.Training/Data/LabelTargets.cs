using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Training.Data;

/// <summary>Labels as numbers to learn.</summary>
internal static class LabelTargets
{
    /// <summary>Writes 1 where a row has the class and leaves the other places as they are.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="row">The row.</param>
    /// <param name="targets">[classes], all 0.</param>
    public static void Write(LabelSets labels, int row, Span<float> targets)
    {
        // One mask per class would take memory quadratic in their number.
        if (!labels.IsMultiLabel)
        {
            if (labels.ClassOf(row) is >= 0 and var label)
                targets[label] = 1;
            return;
        }
        var mask = labels.MaskOf(row);
        for (int c = 0; c < targets.Length; c++)
            targets[c] = mask[c >> 6] >> (c & 63) & 1;
    }
}
