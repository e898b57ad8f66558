using System.Globalization;
using MathNet.Numerics.Statistics;

namespace SSAH.MLNet.Hashing;

/// <summary>A figure over several runs that differ in their seed.</summary>
/// <param name="Name">Name of the figure.</param>
/// <param name="Mean">Mean over the runs.</param>
/// <param name="StandardDeviation">Sample standard deviation (n - 1); NaN for one run.</param>
/// <param name="Runs">Number of runs.</param>
public sealed record SeedFigure(string Name, double Mean, double StandardDeviation, int Runs)
{
    /// <summary>For example <c>mAP 0.7312 +- 0.0041 (3 runs)</c>.</summary>
    public override string ToString() => Runs == 1
        ? string.Create(CultureInfo.InvariantCulture, $"{Name} {Mean:F4} (1 run)")
        : string.Create(CultureInfo.InvariantCulture, $"{Name} {Mean:F4} +- {StandardDeviation:F4} ({Runs} runs)");
}

/// <summary>Mean and deviation of each figure over seeds.</summary>
public static class SeedSummary
{
    /// <summary>Summarizes runs of one protocol and code length. A figure that any run lacks is left out.</summary>
    /// <param name="runs">Metrics of the runs, one a seed.</param>
    /// <exception cref="ArgumentException">There is no run, or the runs differ in code length or in their conventions.</exception>
    public static IReadOnlyList<SeedFigure> Of(IReadOnlyCollection<HammingRetrievalMetrics> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0)
            throw new ArgumentException("There is no run to summarize.", nameof(runs));
        HammingRetrievalMetrics first = runs.First();
        if (runs.Any(run => run.Bits != first.Bits || !Comparable(run.Conventions, first.Conventions)))
            throw new ArgumentException("The runs differ in code length or conventions: a mean over them means nothing.", nameof(runs));
        var all = runs.Select(run => FiguresOf(run).ToDictionary(figure => figure.Name, figure => figure.Value)).ToList();
        return [.. all[0].Keys.Where(name => all.TrueForAll(figures => figures.ContainsKey(name))).Select(name =>
        {
            (double mean, double deviation) = all.Select(figures => figures[name]).MeanStandardDeviation();
            return new SeedFigure(name, mean, deviation, all.Count);
        })];
    }

    private static bool Comparable(RetrievalConventions left, RetrievalConventions right) =>
        left with { SelfMatches = 0 } == right with { SelfMatches = 0 };

    private static IEnumerable<(string Name, double Value)> FiguresOf(HammingRetrievalMetrics m)
    {
        (string, double?)[] figures =
        [
            ("mAP", m.MeanAveragePrecision),
            ("mAP worst order", m.PessimisticMeanAveragePrecision),
            ("mAP best order", m.OptimisticMeanAveragePrecision),
            ("mAP stable order", m.StableMeanAveragePrecision),
            ("WAP", m.WeightedAveragePrecision),
            ("mAP asymmetric", m.Asymmetric?.MeanAveragePrecision),
            ($"precision within {m.WithinRadius.Radius}", m.WithinRadius.Precision),
            ($"recall within {m.WithinRadius.Radius}", m.WithinRadius.Recall),
            ($"mAP within {m.WithinRadius.Radius}", m.WithinRadius.MeanAveragePrecision),
            ("empty balls", m.WithinRadius.EmptyBallRate),
            ("class-id mAP", m.ClassId?.MeanAveragePrecision),
            .. m.Cutoffs.SelectMany(cut => ((string, double?)[])
            [
                ($"mAP@{cut.K}", cut.MeanAveragePrecision), ($"precision@{cut.K}", cut.Precision), ($"recall@{cut.K}", cut.Recall),
                ($"hit-rate@{cut.K}", cut.HitRate), ($"NDCG@{cut.K}", cut.Ndcg), ($"ACG@{cut.K}", cut.Acg),
            ]),
        ];
        return figures.Where(figure => figure.Item2 is not null).Select(figure => (figure.Item1, figure.Item2!.Value));
    }
}
