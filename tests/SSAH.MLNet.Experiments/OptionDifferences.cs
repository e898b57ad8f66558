using System.Text.Json;

namespace SSAH.MLNet.Experiments;

/// <summary>What a run was given that its plan would not give it today: by <c>--set</c>, or because a default has changed since.</summary>
internal static class OptionDifferences
{
    // Steps and bits have their own places in the table; these change no result beyond rounding.
    private static readonly string[] s_beside =
    [
        nameof(SsahTrainer.Options.Bits), nameof(SsahTrainer.Options.MaxSteps), nameof(SsahTrainer.Options.Seed), nameof(SsahTrainer.Options.ReportEverySteps),
        nameof(SsahTrainer.Options.Device), nameof(SsahTrainer.Options.Precision),
    ];

    private static readonly string[] s_ofHardSamples =
    [
        nameof(SsahTrainer.Options.MinMargin), nameof(SsahTrainer.Options.MaxMargin), nameof(SsahTrainer.Options.MinOcclusionArea), nameof(SsahTrainer.Options.MaxOcclusionArea),
        nameof(SsahTrainer.Options.MinRotationDegrees), nameof(SsahTrainer.Options.MaxRotationDegrees),
    ];

    private static readonly string[] s_ofUnlabelledImages =
    [
        nameof(SsahTrainer.Options.UnlabelledBatchSize), nameof(SsahTrainer.Options.ConfidenceThreshold), nameof(SsahTrainer.Options.ConsistentRamp),
    ];

    /// <summary>Names and values, both of the run and of today: <c>SimilarityWeight 1 (today 3)</c>; empty for a run with today's options and for baselines.</summary>
    public static string Describe(ExperimentPlan plan, ExperimentRow row, RunRecord record)
    {
        if (record.Options is not { } measured || row.Configure is null)
            return "";
        var today = plan.OptionsFor(row, dataFolder: "");
        string[] aside =
        [
            .. s_beside,
            .. today.HardSamples == HardSampleSource.None ? s_ofHardSamples : [],
            .. today.ConsistentWeight == 0 ? s_ofUnlabelledImages : [],
        ];
        var differences =
            from property in typeof(SsahTrainer.Options).GetProperties()
            where !aside.Contains(property.Name) && measured.TryGetProperty(property.Name, out _)
            let value = property.GetValue(today)
            let now = JsonSerializer.Serialize(value is Enum or Backbone ? value.ToString() : value)
            let then = JsonSerializer.Serialize(measured.GetProperty(property.Name)) // files are indented, and so are the lists in their raw text
            where now != then
            select $"{property.Name} {then.Trim('"')} (today {now.Trim('"')})";
        return string.Join(", ", differences);
    }
}
