using System.Text.Json;
using SSAH.MLNet.Training.Loop;

namespace SSAH.MLNet.Experiments;

/// <summary>What a run was given that another would not get: by <c>--set</c> or <c>--bits</c>, or because a default has changed since.</summary>
internal static class OptionDifferences
{
    // Steps and seeds have their own places in the table; the others change no result beyond rounding.
    private static readonly string[] s_beside = ["Stopping.MaxSteps", "Seed", "ReportEverySteps", "Device", "Precision"];

    private static readonly string[] s_ofHardSamples =
    [
        "HardSamples.MinMargin", "HardSamples.MaxMargin", "HardSamples.MinOcclusionArea", "HardSamples.MaxOcclusionArea",
        "HardSamples.MinRotationDegrees", "HardSamples.MaxRotationDegrees",
    ];

    private static readonly string[] s_ofUnlabeledImages = ["Consistency.UnlabeledBatchSize", "Consistency.ConfidenceThreshold", "Consistency.Ramp"];

    private static readonly string[] s_ofSeveralLabels = ["Losses.LabelSimilarity"];

    /// <summary>
    /// Names and values, both of the run and of the plan today: <c>SimilarityWeight 1 (today 3)</c>; empty for a run with today's options and for
    /// baselines.
    /// </summary>
    public static string FromToday(ExperimentPlan plan, ExperimentRow row, RunRecord record) =>
        row.Configure is null ? "" : Describe(record, plan.OptionsFor(row, dataFolder: ""), "today");

    /// <summary>
    /// Names and values, both of the run and of the options that another would have: <c>SimilarityWeight 1 (now 3)</c>; empty where they are the
    /// same.
    /// </summary>
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
            .. options.HardSamples.Source == HardSampleSource.None ? s_ofHardSamples : [],
            .. options.Consistency.Weight == 0 ? s_ofUnlabeledImages : [],
            .. record.NdcgAt100 is null ? s_ofSeveralLabels : [],
        ];
        // A record from before options had groups has other names.
        var recorded = measured.EnumerateObject().Where(entry => OptionNames.Find(entry.Name) is not null)
            .ToDictionary(entry => OptionNames.Find(entry.Name)!.Name, entry => Text(entry.Value));
        var differences =
            from option in OptionNames.All
            let then = recorded.GetValueOrDefault(option.Name) ?? TrainingMetadata.BeforeOptions.GetValueOrDefault(option.Name)
            where then is not null && !aside.Contains(option.Name)
            let now = Text(option.Property.GetValue(option.OwnerIn(options)))
            where now != then
            select $"{option.ShortName} {then.Trim('"')} ({other} {now.Trim('"')})";
        return string.Join(", ", differences);
    }

    // Not the raw text of a record's value: files are indented, and so are the lists in them.
    private static string Text(object? value) => JsonSerializer.Serialize(value is Enum or Backbone ? value.ToString() : value);
}
