using System.Globalization;
using System.Text;

namespace SSAH.MLNet.Evaluation;

/// <summary>A comparison as text.</summary>
internal static class ComparisonTable
{
    public static string Write(RetrievalComparison comparison)
    {
        int width = comparison.Rankings.Max(ranking => ranking.Name.Length);
        string precision = string.Create(CultureInfo.InvariantCulture, $"P@{comparison.Cutoff}");
        bool isSplit = comparison.Rankings.Any(ranking => ranking.Seen is not null);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"Retrieval compared: {comparison.QueryCount} queries, {comparison.DatabaseCount} database rows, ties averaged\n");
        if (isSplit)
            text.Append(CultureInfo.InvariantCulture, $"  {"",-1}{new string(' ', width)} {"all",-18}{"classes with labels",-22}classes without labels\n");
        text.Append(CultureInfo.InvariantCulture, $"   {new string(' ', width)} {"mAP",-8}{precision,-10}");
        text.Append(isSplit ? string.Create(CultureInfo.InvariantCulture, $"{"mAP",-8}{precision,-14}{"mAP",-8}{precision}\n") : "\n");
        foreach (ComparedRanking ranking in comparison.Rankings)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {ranking.Name.PadRight(width)}  {Pair(ranking.All),-18}");
            if (isSplit)
                text.Append(CultureInfo.InvariantCulture, $"{Pair(ranking.Seen),-22}{Pair(ranking.Unseen)}");
            text.Append('\n');
        }
        return text.Append(comparison.Verdict).Append('\n').ToString();
    }

    private static string Pair(RankingFigures? figures) => figures is not { Queries: > 0 } some
        ? "none"
        : string.Create(CultureInfo.InvariantCulture, $"{some.MeanAveragePrecision:F4}  {some.Precision:F4}");
}
