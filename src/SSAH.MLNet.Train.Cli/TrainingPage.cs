using System.Globalization;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Reports;

namespace SSAH.MLNet.Train.Cli;

/// <summary>The page of <c>--html</c>.</summary>
internal static class TrainingPage
{
    private const int MostClasses = 12;

    public static void Write(string path, LabeledPaths images, HashEncoder encoder, MeasuredTraining? measured, IReadOnlyList<HardSampleStage> stages) =>
        new TrainingReport
        {
            Title = "What training brought",
            Summary = measured is null ? "Nothing was measured: no labels were held out." : null,
            Facts =
            [
                ("Model", string.Create(CultureInfo.InvariantCulture, $"{encoder.Bits} bits, seed {encoder.TrainingSummary?.Seed}")),
                ("Labels", LabelsOf(images)),
            ],
            Training = encoder.TrainingSummary,
            Comparison = measured?.Comparison,
            Leaks = measured?.Leaks,
            Stages = stages,
            Notes =
            [
                .. measured?.CopiesRemark is { } copies ? [$"{char.ToUpperInvariant(copies[0])}{copies[1..]}."] : (string[])[],
                .. measured is null ? (string[])[] : ["Measured was a model that learned from a part of the labels; the model that was kept learned from all."],
            ],
        }.Write(path);

    // The largest classes first.
    private static string LabelsOf(LabeledPaths images)
    {
        (string Name, int Count)[] classes = [.. images.Images.SelectMany(image => image.Labels).CountBy(label => label)
            .Select(each => (each.Key, each.Value)).OrderByDescending(each => each.Value).ThenBy(each => each.Key, StringComparer.Ordinal)];
        string text = string.Join(", ", classes.Take(MostClasses).Select(each => $"{each.Name} {CommandOutput.Count(each.Count)}"));
        return classes.Length > MostClasses ? $"{text}, and {CommandOutput.Count(classes.Length - MostClasses)} more" : text;
    }
}
