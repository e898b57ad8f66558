using SSAH.MLNet.BenchmarkData;

namespace SSAH.MLNet.Experiments;

/// <summary>What hard samples are worth where queries are turned and partly covered, from scratch.</summary>
internal static class RobustPlans
{
    private const int Queries = 500;

    public static ExperimentPlan Labeled { get; } = new()
    {
        Name = "robust", Title = "C10-54k, labeled images only, half the network, short training; queries turned and covered in 81 ways",
        DataFile = "cifar10.tar.gz", Split = Protocol("C10-54k"), Steps = 1500, Seeds = [1, 2, 3], Configure = Configure, RobustQueries = Queries,
        Rows =
        [
            Row("none", "no hard samples", HardSampleSource.None),
            Row("random", "random", HardSampleSource.Random),
            Row("random-harder", "random, to 33 % of the area and 45 degrees", HardSampleSource.Random,
                o => (o.MaxOcclusionArea, o.MaxRotationDegrees) = (0.33, 45)),
            Row("hardest", "the hardest of eight random ones", HardSampleSource.HardestRandom),
            Row("adversary", "A-Net", HardSampleSource.Adversarial),
            Row("random-paced", "random, the difficulty rising to the same level", HardSampleSource.Random, Paced),
            Row("adversary-paced", "A-Net, the difficulty rising to the same level", HardSampleSource.Adversarial, Paced),
        ],
    };

    public static ExperimentPlan FewLabels(int labels) => Labeled with
    {
        Name = $"robust-{labels}", Title = $"C10-labels-{labels}, half the network, short training; queries turned and covered in 81 ways",
        Split = Protocol($"C10-labels-{labels}"), Steps = 1000,
        Rows =
        [
            Unlabeled("none", "consistent loss, no hard samples", HardSampleSource.None),
            Unlabeled("random", "consistent loss, random", HardSampleSource.Random),
            Unlabeled("hardest", "consistent loss, the hardest of eight random ones", HardSampleSource.HardestRandom),
        ],
    };

    // All at the highest level from the first step on; A-Net as hard as it can.
    private static void Configure(SsahTrainer.Options options, string dataFolder)
    {
        options.Backbone = Backbone.SmallResNet(width: 16);
        (options.HardSamples.MaxOcclusionArea, options.HardSamples.MaxRotationDegrees) = (0.2, 30);
        (options.HardSamples.MinMargin, options.HardSamples.MaxMargin) = (9, 10);
        options.HardSamples.FixedDifficulty = 1;
    }

    // Nothing holds the level, so that every row ends where the others are.
    private static void Paced(SsahTrainer.HardSampleOptions options) => (options.FixedDifficulty, options.RisingLossShare) = (null, 1000);

    private static ExperimentRow Row(string id, string title, HardSampleSource source, Action<SsahTrainer.HardSampleOptions>? configure = null)
    {
        var row = Unlabeled(id, title, source, configure);
        return row with { Configure = row.Configure + (options => options.Consistency.Weight = 0) };
    }

    private static ExperimentRow Unlabeled(string id, string title, HardSampleSource source, Action<SsahTrainer.HardSampleOptions>? configure = null) =>
        new(id, title, options =>
        {
            options.HardSamples.Source = source;
            configure?.Invoke(options.HardSamples);
        });

    private static Func<ImageSet, int, RetrievalSplit> Protocol(string name) => (images, seed) => RetrievalProtocols.Draw(name, images.ToLabelSets(), seed);
}
