using SSAH.MLNet.BenchmarkData;

namespace SSAH.MLNet.Experiments;

/// <summary>The experiments of docs/results.md by name.</summary>
internal static class ExperimentCatalog
{
    private const string Cifar = "cifar10.tar.gz";
    private const string MobileNetV1 = "mobilenet_v1_0.5_160_quant.onnx";
    private const string MobileNetV2 = "mobilenet_v2_1.0_224_quant.onnx";

    // Full SSAH, its control with random hard samples, and H-Net alone.
    private static readonly string[] s_headline = ["1", "8", "9"];

    public static IReadOnlyList<ExperimentPlan> All { get; } =
    [
        new()
        {
            Name = "grid", Title = "Ablation grid: C10-54k, 48 bits, from scratch, a network of half the width, short training", DataFile = Cifar,
                Split = Protocol("C10-54k"),
            Steps = 1500, Seeds = [1, 2, 3], Configure = (options, _) => options.Backbone = Backbone.SmallResNet(width: 16), Rows = AblationGrid.All,
        },
        new()
        {
            Name = "c10-54k-long", Title = "C10-54k, 48 bits, from scratch, long training", DataFile = Cifar, Split = Protocol("C10-54k"),
            Steps = 4000, Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        new()
        {
            Name = "c10-54k-12bits", Title = "C10-54k, 12 bits, from scratch, long training", DataFile = Cifar, Split = Protocol("C10-54k"),
            Bits = 12, Steps = 4000, Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        new()
        {
            Name = "c10-labels-250", Title = "C10-labels-250, 48 bits, from scratch", DataFile = Cifar, Split = Protocol("C10-labels-250"),
            Steps = 2000, Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        new()
        {
            Name = "c10-labels-1000", Title = "C10-labels-1000, 48 bits, from scratch", DataFile = Cifar, Split = Protocol("C10-labels-1000"),
            Steps = 2000, Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        new()
        {
            Name = "c10-labels-250-choices", Title = "C10-labels-250 without its queries, unlabeled images in their place, half the network: for choices",
                DataFile = Cifar, Split = CifarWithoutQueries,
            Steps = 1500, Seeds = [1, 2], Configure = (options, _) => options.Backbone = Backbone.SmallResNet(width: 16), Rows = AblationGrid.All,
            DefaultRows = s_headline,
        },
        RobustPlans.Labeled,
        RobustPlans.FewLabels(250),
        RobustPlans.FewLabels(1000),
        new()
        {
            Name = "c10-54k-pretrained", Title = "C10-54k, 48 bits, MobileNetV1 0.5 pretrained on ImageNet", DataFile = Cifar, Split = Protocol("C10-54k"),
            Steps = 1000, Configure = Pretrained(MobileNetV1, side: 96), Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        new()
        {
            Name = "c10-54k-pretrained-long", Title = "C10-54k, 48 bits, MobileNetV2 1.0 pretrained on ImageNet, long training", DataFile = Cifar,
                Split = Protocol("C10-54k"),
            Steps = 1800, Configure = LongFineTuning(Pretrained(MobileNetV2, side: 96)), Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        new()
        {
            Name = "c10-54k-pretrained-128", Title = "C10-54k, 48 bits, MobileNetV2 1.0 pretrained on ImageNet, long training at 128 pixels",
                DataFile = Cifar, Split = Protocol("C10-54k"),
            Steps = 1600, Configure = LongFineTuning(Pretrained(MobileNetV2, side: 128, unlabeled: 96)), Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        // For a GPU: a step of two cores takes minutes.
        new()
        {
            Name = "c10-54k-resnet18", Title = "C10-54k, 48 bits, ResNet-18 pretrained on ImageNet, fine-tuned at 224 pixels", DataFile = Cifar,
                Split = Protocol("C10-54k"),
            Steps = 4000, Configure = LongFineTuning(ResNet18(side: 224)), Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        new()
        {
            Name = "c10-54k-resnet18-96", Title = "C10-54k, 48 bits, ResNet-18 pretrained on ImageNet, fine-tuned at 96 pixels", DataFile = Cifar,
                Split = Protocol("C10-54k"),
            Steps = 1600, Configure = LongFineTuning(ResNet18(side: 96, unlabeled: 96)), Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        // The last part of a training that began with c10-54k-resnet18-96: --set WarmStart=FOLDER, the folder of its checkpoints.
        new()
        {
            Name = "c10-54k-resnet18-128", Title = "C10-54k, 48 bits, ResNet-18: last steps at 128 pixels (WarmStart)", DataFile = Cifar,
                Split = Protocol("C10-54k"),
            Steps = 300, Configure = LongFineTuning(LastSteps(ResNet18(side: 128, unlabeled: 96))), Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        new()
        {
            Name = "grocery", Title = "GROCERY, fine classes, 10 labels a class, 48 bits, MobileNetV1 0.5 pretrained on ImageNet", DataFile = "grocery.tar.gz",
            Side = 128, Split = ImageSplits.Draw, Steps = 600, Configure = Pretrained(MobileNetV1, side: 128, unlabeled: 96), Rows = AblationGrid.All,
            DefaultRows = s_headline,
        },
        new()
        {
            Name = "grocery-resnet18", Title = "GROCERY, fine classes, 10 labels a class, 48 bits, ResNet-18 pretrained on ImageNet",
                DataFile = "grocery.tar.gz",
            Side = 128, Split = ImageSplits.Draw, Steps = 600, Configure = ResNet18(side: 128, unlabeled: 96), Rows = AblationGrid.All,
            DefaultRows = s_headline,
        },
        // The last part of a training that began with grocery-resnet18: --set WarmStart=FOLDER, the folder of its checkpoints.
        new()
        {
            Name = "grocery-resnet18-224", Title = "GROCERY, fine classes, 10 labels a class, 48 bits, ResNet-18: last steps at 224 pixels (WarmStart)",
                DataFile = "grocery.tar.gz",
            Side = 128, Split = ImageSplits.Draw, Steps = 60, Configure = LastSteps(ResNet18(side: 224, unlabeled: 64)), Rows = AblationGrid.All,
            DefaultRows = s_headline,
        },
        new()
        {
            Name = "ucm-ml", Title = "UCM-ML, 336 labeled, 48 bits, MobileNetV1 0.5 pretrained on ImageNet", DataFile = "ucmerced.tar.gz",
            Side = 128, Split = ImageSplits.Draw, Steps = 600, Configure = AerialWithFewLabels(Pretrained(MobileNetV1, side: 128, unlabeled: 96)),
            Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        new()
        {
            Name = "ucm-ml-frozen", Title = "UCM-ML, 336 labeled, 48 bits, ResNet-18 as it is, images enlarged to 224 pixels", DataFile = "ucmerced.tar.gz",
            Side = 128, Split = ImageSplits.Draw, Steps = 1,
            Configure = (options, _) => options.Backbone = FrozenResNet18(side: 224),
            Rows = AblationGrid.All, DefaultRows = ["8"],
        },
        new()
        {
            Name = "ucm-ml-all", Title = "UCM-ML with all 1,680 images of the training part labeled: what labels for the unlabeled ones would bring",
                DataFile = "ucmerced.tar.gz",
            Side = 128, Split = AllLabeled, Steps = 600, Configure = Pretrained(MobileNetV1, side: 128), Rows = AblationGrid.All, DefaultRows = ["1"],
        },
        // The same at a quarter of the pixels and of the time, to choose by.
        new()
        {
            Name = "c10-54k-pretrained-small", Title = "C10-54k, 48 bits, MobileNetV1 0.5 pretrained on ImageNet, at 64 pixels: for choices",
                DataFile = Cifar, Split = Protocol("C10-54k"),
            Steps = 400, Configure = Pretrained(MobileNetV1, side: 64, unlabeled: 96), Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        new()
        {
            Name = "ucm-ml-small", Title = "UCM-ML, 336 labeled, 48 bits, MobileNetV1 0.5 pretrained on ImageNet, at 64 pixels: for choices",
                DataFile = "ucmerced.tar.gz",
            Side = 64, Split = ImageSplits.Draw, Steps = 300, Configure = Pretrained(MobileNetV1, side: 64, unlabeled: 96), Rows = AblationGrid.All,
            DefaultRows = s_headline,
        },
        new()
        {
            Name = "ucm-ml-choices", Title = "UCM-ML without its queries, 336 images of the training part in their place, at 64 pixels: for choices",
                DataFile = "ucmerced.tar.gz",
            Side = 64, Split = WithoutQueries, Steps = 300, Configure = AerialWithFewLabels(Pretrained(MobileNetV1, side: 64, unlabeled: 96)),
            Rows = AblationGrid.All, DefaultRows = s_headline,
        },
        new()
        {
            Name = "baselines", Title = "C10-54k, 48 bits: what the codes of a trained network have to beat", DataFile = Cifar,
                Split = Protocol("C10-54k"), Seeds = [1, 2, 3],
            Rows = BaselineRows.All,
        },
    ];

    private static Func<ImageSet, int, RetrievalSplit> Protocol(string name) => (images, seed) => RetrievalProtocols.Draw(name, images.ToLabelSets(), seed);

    private static RetrievalSplit AllLabeled(ImageSet images, int seed)
    {
        var few = ImageSplits.Draw(images, seed);
        return RetrievalSplit.Create($"all {few.Database.Count} labeled of {images.Name}", seed, few.RowCount, few.DatabaseIncludesLabeled,
            [.. few.Queries.Select(row => (row, SplitRole.Query)), .. few.Database.Select(row => (row, SplitRole.Labeled))]);
    }

    private static RetrievalSplit CifarWithoutQueries(ImageSet images, int seed) => WithoutQueries(Protocol("C10-labels-250")(images, seed), seed);

    private static RetrievalSplit WithoutQueries(ImageSet images, int seed) => WithoutQueries(ImageSplits.Draw(images, seed), seed);

    // What is chosen here is chosen as it will be measured, queries unseen and the database mostly unlabeled, without a look at the queries.
    private static RetrievalSplit WithoutQueries(RetrievalSplit split, int seed)
    {
        int[] unlabeled = [.. split.UnlabeledTraining];
        new Random(seed).Shuffle(unlabeled);
        return RetrievalSplit.Create($"{split.Protocol}, without its queries", seed, split.RowCount, split.DatabaseIncludesLabeled,
            [.. split.Queries.Select(row => (row, SplitRole.Unused)), .. split.Labeled.Select(row => (row, SplitRole.Labeled)),
                .. unlabeled[..(unlabeled.Length / 4)].Select(row => (row, SplitRole.Query))]);
    }

    // Images from above have no upright: hard samples are turned by any angle from the start. And the teacher of so few labels is often wrong.
    private static Action<SsahTrainer.Options, string> AerialWithFewLabels(Action<SsahTrainer.Options, string> configure) => (options, dataFolder) =>
    {
        configure(options, dataFolder);
        options.HardSamples.MinRotationDegrees = options.HardSamples.MaxRotationDegrees = 180;
        options.Consistency.Weight = 0.3;
    };

    // A network that begins with good features and trains for long: three times the pairwise loss puts too many images on one code.
    private static Action<SsahTrainer.Options, string> LongFineTuning(Action<SsahTrainer.Options, string> configure) => (options, dataFolder) =>
    {
        configure(options, dataFolder);
        options.Losses.SimilarityWeight = 1;
    };

    private static Action<SsahTrainer.Options, string> LastSteps(Action<SsahTrainer.Options, string> configure) => (options, dataFolder) =>
    {
        configure(options, dataFolder);
        options.Optimization.LearningRate = 0.01;
    };

    /// <summary>Options of a pretrained ResNet-18 that learns as a whole.</summary>
    internal static Action<SsahTrainer.Options, string> ResNet18(int side, int? unlabeled = null) =>
        FineTuned(_ => Backbone.ResNet18(side), unlabeled);

    private static Backbone FrozenResNet18(int side) => Backbone.Frozen(
        PretrainedNetwork.ResNet18 with { Preprocessing = PretrainedNetwork.ResNet18.Preprocessing with { Side = side } });

    private static Action<SsahTrainer.Options, string> Pretrained(string file, int side, int? unlabeled = null) =>
        FineTuned(dataFolder => Backbone.FromOnnx(ExperimentData.BackboneFile(dataFolder, file),
            preprocessing: BackbonePreprocessing.MinusOneToOne with { Side = side }), unlabeled);

    private static Action<SsahTrainer.Options, string> FineTuned(Func<string, Backbone> backbone, int? unlabeled) => (options, dataFolder) =>
    {
        options.Backbone = backbone(dataFolder);
        options.Optimization.LearningRate = 0.03;
        options.Consistency.UnlabeledBatchSize = unlabeled ?? options.Consistency.UnlabeledBatchSize;
    };
}
