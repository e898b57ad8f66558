namespace SSAH.MLNet.Experiments;

/// <summary>Rows 1 to 9 of the ablation grid (docs/method.md), and 1c: what unlabeled images bring without any hard sample.</summary>
internal static class AblationGrid
{
    public static IReadOnlyList<ExperimentRow> All { get; } =
    [
        new("1", "H-Net, labeled data only", o =>
        {
            o.HardSamples = HardSampleSource.None;
            o.ConsistentWeight = 0;
        }),
        new("1c", "1 + consistent loss, no hard samples", o => o.HardSamples = HardSampleSource.None),
        new("2", "1 + random occlusion and rotation", o =>
        {
            o.HardSamples = HardSampleSource.Random;
            o.ConsistentWeight = 0;
        }),
        new("3", "1 + A-Net occlusion, one scale", o =>
        {
            o.OcclusionScales = [8];
            o.MaxRotationDegrees = 0;
            o.ConsistentWeight = 0;
        }),
        new("4", "1 + A-Net occlusion, several scales", o =>
        {
            o.MaxRotationDegrees = 0;
            o.ConsistentWeight = 0;
        }),
        new("5", "1 + A-Net rotation", o =>
        {
            o.OcclusionScales = [];
            o.ConsistentWeight = 0;
        }),
        new("6", "1 + both, fixed difficulty", o =>
        {
            o.FixedDifficulty = 0.5;
            o.ConsistentWeight = 0;
        }),
        new("7", "1 + both, self-paced", o => o.ConsistentWeight = 0),
        new("8", "2 + consistent loss", o => o.HardSamples = HardSampleSource.Random),
        new("9", "full SSAH (7 + consistent loss)", _ => { }),
    ];
}
