using System.Globalization;
using System.Text;

namespace SSAH.MLNet.Evaluation;

/// <summary>Robustness as text, headline first.</summary>
internal static class RobustnessTable
{
    public static string Write(RobustnessMetrics m)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"Robustness, {m.Bits} bits: {m.QueryCount} queries in {m.ViewCount} views each, {m.DatabaseCount} database rows");
        Line($"  mAP (tie-averaged)        mean   worst view of each query");
        Line($"  clean                   {m.Clean:F4}");
        Line($"  all views               {m.Mean:F4}   {m.WorstView:F4}");
        foreach (FamilyRobustness family in m.Families)
            Line($"  {NameOf(family.Family),-22}  {family.Mean:F4}   {family.WorstView:F4}   {Hardest(family)}");
        ClassRobustness worst = m.WorstClass;
        Line($"  worst class             {worst.Mean:F4}   {worst.WorstView:F4}   {worst.Name ?? $"class {worst.Class}"}, clean {worst.Clean:F4}");
        if (m.QueriesWithoutRelevant > 0)
            Line($"  {m.QueriesWithoutRelevant} queries have nothing relevant (AP 0)");
        if (m.UnlabeledQueries > 0)
            Line($"  {m.UnlabeledQueries} unlabeled queries, left out");
        return text.ToString();
    }

    private static string Hardest(FamilyRobustness family)
    {
        ViewRobustness hardest = family.Views.MinBy(view => view.MeanAveragePrecision)!;
        return string.Create(CultureInfo.InvariantCulture, $"hardest: {hardest.Name}, {hardest.MeanAveragePrecision:F4}");
    }

    private static string NameOf(QueryViewFamily family) => family switch
    {
        QueryViewFamily.RotationAndOcclusion => "rotation and occlusion",
        QueryViewFamily.Jpeg => "JPEG",
        _ => family.ToString().ToLowerInvariant(),
    };
}
