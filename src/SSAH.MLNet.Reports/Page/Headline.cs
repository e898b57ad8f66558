using System.Globalization;
using System.Text;
using SSAH.MLNet.Evaluation;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Page;

/// <summary>The first run's result as a sentence and as headline figures.</summary>
internal static class Headline
{
    private const int PreferredCutoff = 100;

    /// <summary>The cutoff that pages show: 100 where it was measured, else the largest; null if none was.</summary>
    public static CutoffMetrics? CutoffOf(HammingRetrievalMetrics metrics) =>
        metrics.Cutoffs.FirstOrDefault(cutoff => cutoff.K == PreferredCutoff) ?? (metrics.Cutoffs is [.., var largest] ? largest : null);

    /// <summary>What the figures say, in plain words.</summary>
    public static string Sentence(HammingRetrievalMetrics metrics)
    {
        string size = $"Codes of {metrics.Bits} bits; an image takes {Bytes(metrics)} bytes.";
        CutoffMetrics? near = metrics.Cutoffs.FirstOrDefault(cutoff => cutoff.K == 10) ?? CutoffOf(metrics);
        return near is null
            ? size
            : string.Create(CultureInfo.InvariantCulture,
                $"Of the {near.K} images nearest to a query, {near.Precision * near.K:F1} on average share a label with it. {size}");
    }

    public static void AppendTiles(StringBuilder html, HammingRetrievalMetrics metrics)
    {
        html.Append("<section class=\"tiles\" aria-label=\"Headline figures\">\n");
        AppendTile(html, "mAP, ties averaged", Share(metrics.MeanAveragePrecision),
            $"{Share(metrics.PessimisticMeanAveragePrecision)} to {Share(metrics.OptimisticMeanAveragePrecision)} by order of ties");
        if (CutoffOf(metrics) is { } cutoff)
            AppendTile(html, $"precision@{cutoff.K}", Share(cutoff.Precision), $"of the nearest {cutoff.K}");
        RadiusMetrics ball = metrics.WithinRadius;
        AppendTile(html, $"precision within {ball.Radius} bits", Share(ball.Precision), $"{(int)Math.Round(ball.EmptyBallRate * 100)} % of queries find none");
        AppendTile(html, "queries", Count(metrics.QueryCount), $"in a database of {Count(metrics.DatabaseCount)}");
        AppendTile(html, "code size", $"{Bytes(metrics)} bytes", $"{Count((Bytes(metrics) * (long)metrics.DatabaseCount + 1023) / 1024)} KiB for the database");
        html.Append("</section>\n");
    }

    private static int Bytes(HammingRetrievalMetrics metrics) => (metrics.Bits + 7) / 8;

    public static void AppendTile(StringBuilder html, string name, string value, string remark) => html.Append($"""
        <div class="tile"><span class="what">{Text(name)}</span><strong>{Text(value)}</strong>
        <span class="remark">{Text(remark)}</span></div>

        """);
}
