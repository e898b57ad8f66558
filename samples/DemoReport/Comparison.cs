using System.Globalization;
using System.Text;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>The results as a table for the console.</summary>
internal static class Comparison
{
    public static string Table(IReadOnlyList<ModelResult> results)
    {
        var table = new StringBuilder();
        table.Append("\nrun                   mAP    worst..best order  row order  precision@100   50-nearest vote   steps   training\n");
        foreach (var result in results)
        {
            var metrics = result.Metrics;
            var precision = metrics.Cutoffs.First(cutoff => cutoff.K == 100).Precision;
            var bracket = $"{metrics.PessimisticMeanAveragePrecision:F3}..{metrics.OptimisticMeanAveragePrecision:F3}";
            table.Append(CultureInfo.InvariantCulture,
                $"{result.Model.Name,-20} {metrics.MeanAveragePrecision:F3}   {bracket,-16} {metrics.StableMeanAveragePrecision,10:F3} " +
                $"{precision,14:F3} {result.VoteAccuracy,17:F3} {result.Model.Steps,7} {result.Model.Seconds,8:F0} s\n");
        }

        return table.ToString();
    }
}
