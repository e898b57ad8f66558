using System.Globalization;
using System.Text;
using SSAH.MLNet.Evaluation;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Page;

/// <summary>Whose neighbors are whose: the pairs that are confused most, and the whole matrix where it fits on a page.</summary>
internal static class ConfusionSection
{
    private const int MostClasses = 30, MostPairs = 12;

    public static void Append(StringBuilder html, NeighborConfusion confusion)
    {
        ConfusedClass[] asked = [.. confusion.Classes.Where(each => each.QueryCount > 0)];
        IReadOnlyList<ClassPair> pairs = confusion.Largest(MostPairs);
        html.Append($"<section class=\"confusion\">\n<h2>Whose neighbors are whose</h2>\n<p>{Text(Sentence(confusion, pairs))}</p>\n");
        if (asked.Length <= MostClasses)
            AppendMatrix(html, confusion, asked);
        if (pairs.Count > 0)
        {
            html.Append($"<details{(asked.Length > MostClasses ? " open" : "")}><summary>Confused most</summary>\n");
            BarTable.Append(html, "queries find", ["share of the nearest"],
                pairs.Select(pair => new BarRow($"{NameOf(confusion, pair.Query)} → {NameOf(confusion, pair.Found)}", [pair.Share])));
            html.Append("</details>\n");
        }
        html.Append("</section>\n");
    }

    private static string Sentence(NeighborConfusion confusion, IReadOnlyList<ClassPair> pairs)
    {
        string what = string.Create(CultureInfo.InvariantCulture,
            $"Each row is a class of queries; its cells say which share of their {confusion.K} nearest images carries each label, in percent.");
        return pairs is [var worst, ..]
            ? what + string.Create(CultureInfo.InvariantCulture, $" Most often {NameOf(confusion, worst.Query)} finds {NameOf(confusion, worst.Found)}: ")
                + string.Create(CultureInfo.InvariantCulture, $"{worst.Share * confusion.K:0.0} of {confusion.K}.")
            : what + " No class finds another.";
    }

    private static void AppendMatrix(StringBuilder html, NeighborConfusion confusion, ConfusedClass[] asked)
    {
        int[] found = [.. confusion.Classes.Select(each => each.Class).Where(label => asked.Any(each => each.Class == label || each.Shares[label] > 0))];
        html.Append("<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th scope=\"col\">queries</th>");
        foreach (int label in found)
            html.Append($"<th scope=\"col\"><span>{Text(NameOf(confusion, label))}</span></th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (ConfusedClass row in asked)
        {
            html.Append($"<tr><th scope=\"row\">{Text(NameOf(confusion, row.Class))} <small>{Count(row.QueryCount)}</small></th>");
            foreach (int label in found)
                html.Append(Cell(row.Shares[label], isOwn: label == row.Class));
            html.Append("</tr>\n");
        }
        html.Append("</tbody>\n</table></div>\n");
    }

    // The number says it too: color is never the only difference.
    private static string Cell(double share, bool isOwn)
    {
        string text = share < 0.005 ? "" : Math.Round(share * 100).ToString(CultureInfo.InvariantCulture);
        return $"<td class=\"{(isOwn ? "own" : "other")}\" style=\"--share:{Number(Math.Min(1, Finite(share, "a share")))}\">{text}</td>";
    }

    private static string NameOf(NeighborConfusion confusion, int label) =>
        confusion.Classes[label].Name ?? string.Create(CultureInfo.InvariantCulture, $"class {label}");
}
