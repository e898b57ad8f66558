namespace SSAH.MLNet.Experiments;

/// <summary>Rows 1 to 9 of the ablation grid (docs/method.md), and 1c: what unlabeled images bring without any hard sample.</summary>
internal static class AblationGrid
{
    public static IReadOnlyList<ExperimentRow> All { get; } =
    [
        new("1", "H-Net, labeled data only", o =>
        {
            o.HardSamples.Source = HardSampleSource.None;
            o.Consistency.Weight = 0;
        }),
        new("1c", "1 + consistent loss, no hard samples", o => o.HardSamples.Source = HardSampleSource.None),
        new("2", "1 + random occlusion and rotation", o =>
        {
            o.HardSamples.Source = HardSampleSource.Random;
            o.Consistency.Weight = 0;
        }),
        new("3", "1 + A-Net occlusion, one scale", o =>
        {
            o.HardSamples.Source = HardSampleSource.Adversarial;
            o.HardSamples.OcclusionScales = [8];
            o.HardSamples.MaxRotationDegrees = 0;
            o.Consistency.Weight = 0;
        }),
        new("4", "1 + A-Net occlusion, several scales", o =>
        {
            o.HardSamples.Source = HardSampleSource.Adversarial;
            o.HardSamples.MaxRotationDegrees = 0;
            o.Consistency.Weight = 0;
        }),
        new("5", "1 + A-Net rotation", o =>
        {
            o.HardSamples.Source = HardSampleSource.Adversarial;
            o.HardSamples.OcclusionScales = [];
            o.Consistency.Weight = 0;
        }),
        new("6", "1 + both, fixed difficulty", o =>
        {
            o.HardSamples.Source = HardSampleSource.Adversarial;
            o.HardSamples.FixedDifficulty = 0.5;
            o.Consistency.Weight = 0;
        }),
        new("7", "1 + both, self-paced", o =>
        {
            o.HardSamples.Source = HardSampleSource.Adversarial;
            o.Consistency.Weight = 0;
        }),
        new("8", "2 + consistent loss", o => o.HardSamples.Source = HardSampleSource.Random),
        new("9", "full SSAH (7 + consistent loss)", o => o.HardSamples.Source = HardSampleSource.Adversarial),
    ];
}
