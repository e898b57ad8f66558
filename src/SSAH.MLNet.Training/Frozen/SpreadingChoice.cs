using System.Globalization;
using System.Numerics.Tensors;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Features;

namespace SSAH.MLNet.Training.Frozen;

/// <summary>What was chosen.</summary>
/// <param name="Spreading">How far labels go.</param>
/// <param name="Found">Share of the hidden labels that were found again; null where none could be hidden.</param>
internal readonly record struct ChosenSpreading(Spreading Spreading, double? Found);

/// <summary>
/// Chooses how far labels are spread: each labeled row is hidden once, in one of three folds, and the candidate wins that finds most of the hidden labels,
/// every class counting alike. Where a quarter of the classes has a single label, which cannot be hidden, labels go far.
/// </summary>
internal static class SpreadingChoice
{
    private const int Folds = 3;
    private const double LargestShareOfSingles = 0.25;

    /// <summary>Chooses.</summary>
    /// <param name="teacher">Spreads.</param>
    /// <param name="labels">Labels of the rows.</param>
    /// <param name="given">The labels as probabilities, [n, classes].</param>
    /// <param name="note">Told what was chosen, and why.</param>
    public static ChosenSpreading Choose(ClassTeacher teacher, LabelSets labels, FeatureMatrix given, Action<string> note)
    {
        int[][] groups = [.. Enumerable.Range(0, labels.Count).Where(labels.IsLabeled)
            .GroupBy(row => labels.IsMultiLabel ? 0 : labels.ClassOf(row), (_, rows) => rows.ToArray())];
        if (groups.Count(rows => rows.Length == 1) >= LargestShareOfSingles * groups.Length)
            return new ChosenSpreading(Spreading.Far, null);
        double[] found = new double[Spreading.Candidates.Count];
        for (int fold = 0; fold < Folds; fold++)
        {
            var (shown, hidden) = Split(groups, fold);
            FeatureMatrix proposals = teacher.Propose(given, shown);
            for (int i = 0; i < found.Length; i++)
            {
                FeatureMatrix taught = teacher.Spread(proposals, given, shown, Spreading.Candidates[i]);
                found[i] += hidden.Sum(rows => rows.Weight * rows.Rows.Sum(row => Found(taught.Row(row), given.Row(row), labels.IsMultiLabel)));
            }
        }
        int best = Array.IndexOf(found, found.Max());
        note(string.Create(CultureInfo.InvariantCulture,
            $"Labels are spread with alpha {Spreading.Candidates[best].Alpha}: of labels hidden in turn {found[best]:P1} are found again."));
        return new ChosenSpreading(Spreading.Candidates[best], found[best]);
    }

    // The n-th labeled row of a class is hidden in fold n % 3; a class with one labeled row always shows it. Each class weighs the same over all folds.
    private static (int[] Shown, (double Weight, int[] Rows)[] Hidden) Split(int[][] groups, int fold)
    {
        int[][] hidden = [.. groups.Where(rows => rows.Length > 1)];
        var hiddenRows = hidden.Select(rows => (1.0 / hidden.Length / rows.Length, rows.Where((_, i) => i % Folds == fold).ToArray())).ToArray();
        return ([.. groups.SelectMany(rows => rows.Where((_, i) => rows.Length == 1 || i % Folds != fold)).Order()], hiddenRows);
    }

    // The likeliest class is right; with several labels, what is said and wanted over what is said or wanted.
    private static double Found(ReadOnlySpan<float> said, ReadOnlySpan<float> wanted, bool multiLabel)
    {
        if (!multiLabel)
            return wanted[TensorPrimitives.IndexOfMax(said)] > 0 ? 1 : 0;
        double both = 0, either = 0;
        for (int c = 0; c < said.Length; c++)
            (both, either) = (both + Math.Min(said[c], wanted[c]), either + Math.Max(said[c], wanted[c]));
        return either > 0 ? both / either : 1;
    }
}
