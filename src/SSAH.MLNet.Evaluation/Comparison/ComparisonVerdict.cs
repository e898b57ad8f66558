using System.Globalization;

namespace SSAH.MLNet.Evaluation;

/// <summary>Says in one sentence what the figures of a comparison mean.</summary>
internal static class ComparisonVerdict
{
    // Differences of mAP below this are not worth a word.
    private const double Notable = 0.01;

    public static string Of(RetrievalComparison comparison)
    {
        if (comparison.Find(ComparedMethod.TrainedCodes) is not { } trained)
            return "No trained codes were compared, so nothing can be said of training.";
        ComparedRanking? free = Best(comparison, ranking => ranking.All);
        if (free is null)
            return Text($"The trained codes reach a mAP of {trained.All.MeanAveragePrecision:F3}; ")
                + "give features or codes that were made without labels to learn whether training paid.";
        double gain = trained.All.MeanAveragePrecision - free.All.MeanAveragePrecision;
        string paid = gain >= Notable ? "Training paid" : gain > -Notable ? "Training changed little" : "Training did not pay";
        return Text($"{paid}: mAP is {trained.All.MeanAveragePrecision:F3}, {Math.Abs(gain):F3} {(gain < 0 ? "below" : "above")} ")
            + $"the best that needs no label ({free.Name})"
            + UnseenClause(comparison, trained) + Help(comparison, trained) + ".";
    }

    private static string UnseenClause(RetrievalComparison comparison, ComparedRanking trained)
    {
        if (trained.Unseen is not { Queries: > 0 } own || Best(comparison, ranking => ranking.Unseen) is not { Unseen: { } other } free)
            return "";
        double gain = own.MeanAveragePrecision - other.MeanAveragePrecision;
        return gain <= -Notable
            ? Text($"; classes without labels became harder to find ({own.MeanAveragePrecision:F3}, and {other.MeanAveragePrecision:F3} with {free.Name})")
            : Text($"; classes without labels are found as well as before or better ({own.MeanAveragePrecision:F3})");
    }

    private static string Help(RetrievalComparison comparison, ComparedRanking trained)
    {
        double own = trained.All.MeanAveragePrecision;
        if (comparison.Find(ComparedMethod.ClassRanking) is { } classes && own < classes.All.MeanAveragePrecision - Notable)
            return "; more bits (or more steps, where the network is trained too) would help, because ranking by class probabilities alone has "
                + Text($"{classes.All.MeanAveragePrecision:F3}");
        if (comparison.Find(ComparedMethod.Cosine) is { } cosine && comparison.Find(ComparedMethod.UnlabeledCodes) is { } codes
            && codes.All.MeanAveragePrecision < cosine.All.MeanAveragePrecision - 2 * Notable)
            return $"; more bits would help, because {codes.Name} lose "
                + Text($"{cosine.All.MeanAveragePrecision - codes.All.MeanAveragePrecision:F3} of what the features know");
        return "; what would help now is more labels";
    }

    private static ComparedRanking? Best(RetrievalComparison comparison, Func<ComparedRanking, RankingFigures?> figures) => comparison.Rankings
        .Where(ranking => ranking.Method is ComparedMethod.Cosine or ComparedMethod.UnlabeledCodes && figures(ranking) is { Queries: > 0 })
        .MaxBy(ranking => figures(ranking)!.Value.MeanAveragePrecision);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
