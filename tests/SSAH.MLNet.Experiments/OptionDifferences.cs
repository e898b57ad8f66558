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

    private static readonly string[] s_ofSeveralLabels = [nameof(SsahTrainer.Options.LabelSimilarity)];

    // What was done before there was an option for it; records of that time do not have it.
    private static readonly Dictionary<string, string> s_before = new() { [nameof(SsahTrainer.Options.LabelSimilarity)] = Text(LabelSimilarity.AnyShared) };

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
            .. record.NdcgAt100 is null ? s_ofSeveralLabels : [],
        ];
        var differences =
            from property in typeof(SsahTrainer.Options).GetProperties()
            let then = measured.TryGetProperty(property.Name, out var value) ? Text(value) : s_before.GetValueOrDefault(property.Name)
            where then is not null && !aside.Contains(property.Name)
            let now = Text(property.GetValue(today))
            where now != then
            select $"{property.Name} {then.Trim('"')} (today {now.Trim('"')})";
        return string.Join(", ", differences);
    }

    // Not the raw text of a record's value: files are indented, and so are the lists in them.
    private static string Text(object? value) => JsonSerializer.Serialize(value is Enum or Backbone ? value.ToString() : value);
}
