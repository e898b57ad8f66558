// A pretrained convolutional network in an ONNX file becomes a hasher: its graph is read into TorchSharp, trained on with the hash layer, and
// exported again with it. dotnet run --project samples/FineTuneBackbone -c Release -- resnet18 SIDE [IMAGES] [STEPS] dotnet run --project
// samples/FineTuneBackbone -c Release -- BACKBONE.onnx OUTPUT PREPROCESSING SIDE [IMAGES] [STEPS] OUTPUT: name of the value to hash; PREPROCESSING:
// imagenet, minus-one-to-one, caffe or none; SIDE: pixels that the network works at IMAGES: a folder with train/CLASS/FILE.jpg and
// test/CLASS/FILE.jpg; files at the top of train have no label. Without it images are drawn.
using Microsoft.ML;
using SSAH.MLNet;
using SSAH.MLNet.Samples;

var isResNet18 = args is ["resnet18", _, ..];
if (!isResNet18 && args.Length < 4)
{
    Console.Error.WriteLine("usage: FineTuneBackbone (resnet18 | BACKBONE.onnx OUTPUT imagenet|minus-one-to-one|caffe|none) SIDE [IMAGES] [STEPS]");
    return 2;
}
var network = isResNet18 ? PretrainedNetwork.ResNet18 : new PretrainedNetwork(args[0], args[1], args[2] switch
{
    "imagenet" => BackbonePreprocessing.ImageNet,
    "minus-one-to-one" => BackbonePreprocessing.MinusOneToOne,
    "caffe" => BackbonePreprocessing.Caffe,
    "none" => new BackbonePreprocessing(),
    var other => throw new ArgumentException($"There is no preprocessing '{other}'; there are imagenet, minus-one-to-one, caffe and none."),
});
var rest = args[(isResNet18 ? 1 : 3)..];
var side = int.Parse(rest[0]);
network = network with { Preprocessing = network.Preprocessing with { Side = side } };
var folder = rest.Length > 1 ? rest[1] : Path.Combine("out", "backbone-images");
var steps = rest.Length > 2 ? int.Parse(rest[2]) : 300;
if (rest.Length <= 1)
{
    DrawnFolder.Write(Path.Combine(folder, "train"), perClass: 300, labeledShare: 0.2);
    DrawnFolder.Write(Path.Combine(folder, "test"), perClass: 30, seed: 2);
}

// Ctrl-C ends the present training with what it has learned; a second one ends the program.
using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = !cancellation.IsCancellationRequested;
    cancellation.Cancel();
};

// Both views name their classes, so that the evaluation can match them; of the training images only the labeled ones can be judged.
var mlContext = new MLContext(seed: 1);
var images = mlContext.Data.LoadImageFolder(Path.Combine(folder, "train"), side, side);
var keys = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(images);
var train = keys.Transform(images);
var queries = keys.Transform(mlContext.Data.LoadImageFolder(Path.Combine(folder, "test"), side, side));

// 1. The network as it came: all of it frozen, only the hash layer is trained. Its features are computed once and kept.
Train("hash layer alone", new SsahTrainer.Options
{
    Backbone = Backbone.Pretrained(network, freezeStages: int.MaxValue),
    HardSamples = { Source = HardSampleSource.None },
});

// 2. The whole network, with three tenths of the learning rate in the backbone: full SSAH.
if (!cancellation.IsCancellationRequested)
    Train("fine-tuned", new SsahTrainer.Options { Backbone = Backbone.Pretrained(network) });
return 0;

void Train(string name, SsahTrainer.Options options)
{
    (options.Stopping.MaxSteps, options.ReportEverySteps, options.Seed) = (steps, Math.Max(1, steps / 5), 1);
    (options.Stopping.CancellationToken, options.Stopping.OnCancel) = (cancellation.Token, CancellationBehavior.KeepBest);
    options.MetricsCallback = m => Console.WriteLine($"{name}: step {m.Step,5}  loss {m.TotalLoss:F3}  {m.ImagesPerSecond:F0} images/s");
    using var encoder = mlContext.Transforms.SsahHash(options).Fit(train);
    var metrics = mlContext.HashRetrieval.Evaluate(queries: encoder.Transform(queries), database: encoder.Transform(train));
    Console.WriteLine($"{name}: mAP {metrics.MeanAveragePrecision:F3}\n");
}
