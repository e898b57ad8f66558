using System.Text.Json;

namespace SSAH.MLNet.Experiments;

/// <summary>What a run was given that another would not get: by <c>--set</c> or <c>--bits</c>, or because a default has changed since.</summary>
internal static class OptionDifferences
{
    // Steps and seeds have their own places in the table; the others change no result beyond rounding.
    private static readonly string[] s_beside =
    [
        nameof(SsahTrainer.Options.MaxSteps), nameof(SsahTrainer.Options.Seed), nameof(SsahTrainer.Options.ReportEverySteps),
        nameof(SsahTrainer.Options.Device), nameof(SsahTrainer.Options.Precision),
    ];

    private static readonly string[] s_ofHardSamples =
    [
        nameof(SsahTrainer.Options.MinMargin), nameof(SsahTrainer.Options.MaxMargin), nameof(SsahTrainer.Options.MinOcclusionArea), nameof(SsahTrainer.Options.MaxOcclusionArea),
        nameof(SsahTrainer.Options.MinRotationDegrees), nameof(SsahTrainer.Options.MaxRotationDegrees),
    ];

    private static readonly string[] s_ofUnlabeledImages =
    [
        nameof(SsahTrainer.Options.UnlabeledBatchSize), nameof(SsahTrainer.Options.ConfidenceThreshold), nameof(SsahTrainer.Options.ConsistentRamp),
    ];

    private static readonly string[] s_ofSeveralLabels = [nameof(SsahTrainer.Options.LabelSimilarity)];

    // What was done before there was an option for it; records of that time do not have it.
    private static readonly Dictionary<string, string> s_before = new() { [nameof(SsahTrainer.Options.LabelSimilarity)] = Text(LabelSimilarity.AnyShared) };

    /// <summary>Names and values, both of the run and of the plan today: <c>SimilarityWeight 1 (today 3)</c>; empty for a run with today's options and for baselines.</summary>
    public static string FromToday(ExperimentPlan plan, ExperimentRow row, RunRecord record) =>
        row.Configure is null ? "" : Describe(record, plan.OptionsFor(row, dataFolder: ""), "today");

    /// <summary>Names and values, both of the run and of the options that another would have: <c>SimilarityWeight 1 (now 3)</c>; empty where they are the same.</summary>
    /// <param name="record">The run.</param>
    /// <param name="options">The other's options.</param>
    /// <param name="other">What the other's values are called.</param>
    public static string Describe(RunRecord record, SsahTrainer.Options options, string other)
    {
        if (record.Options is not { } measured)
            return "";
        string[] aside =
        [
            .. s_beside,
            .. options.HardSamples == HardSampleSource.None ? s_ofHardSamples : [],
            .. options.ConsistentWeight == 0 ? s_ofUnlabeledImages : [],
            .. record.NdcgAt100 is null ? s_ofSeveralLabels : [],
        ];
        var differences =
            from property in typeof(SsahTrainer.Options).GetProperties()
            let then = measured.TryGetProperty(property.Name, out var value) ? Text(value) : s_before.GetValueOrDefault(property.Name)
            where then is not null && !aside.Contains(property.Name)
            let now = Text(property.GetValue(options))
            where now != then
            select $"{property.Name} {then.Trim('"')} ({other} {now.Trim('"')})";
        return string.Join(", ", differences);
    }

    // Not the raw text of a record's value: files are indented, and so are the lists in them.
    private static string Text(object? value) => JsonSerializer.Serialize(value is Enum or Backbone ? value.ToString() : value);
}
