// A pretrained convolutional network in an ONNX file becomes a hasher: its graph is read into TorchSharp, trained on with the hash layer, and exported again with it.
//   dotnet run --project samples/FineTuneBackbone -c Release -- resnet18 SIDE [IMAGES] [STEPS]
//   dotnet run --project samples/FineTuneBackbone -c Release -- BACKBONE.onnx OUTPUT PREPROCESSING SIDE [IMAGES] [STEPS]
//   OUTPUT: name of the value to hash; PREPROCESSING: imagenet, minus-one-to-one, caffe or none; SIDE: pixels that the network works at
using Microsoft.ML;
using SSAH.MLNet;
using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Hashing;

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
network = network with { Preprocessing = network.Preprocessing with { Side = int.Parse(rest[0]) } };
var images = ImageSets.Find(rest.Length > 1 ? rest[1] : null, say: Console.WriteLine);
var steps = rest.Length > 2 ? int.Parse(rest[2]) : 300;

var split = ImageSplits.Draw(images, seed: 1);
var labeled = split.Labeled.ToHashSet();
var mlContext = new MLContext(seed: 1);
var training = images.ToDataView(mlContext, [.. split.Labeled.Concat(split.UnlabeledTraining).Order()], labeled.Contains);
var queries = images.ToDataView(mlContext, split.Queries);
var database = images.ToDataView(mlContext, split.Database);

// 1. The network as it came: all of it frozen, only the hash layer is trained. Its features are computed once and kept.
Train("hash layer alone", new SsahTrainer.Options
{
    Backbone = Backbone.Pretrained(network, freezeStages: int.MaxValue),
    HardSamples = { Source = HardSampleSource.None },
});

// 2. The whole network, with three tenths of the learning rate in the backbone: full SSAH.
Train("fine-tuned", new SsahTrainer.Options { Backbone = Backbone.Pretrained(network) });
return 0;

void Train(string name, SsahTrainer.Options options)
{
    (options.Stopping.MaxSteps, options.ReportEverySteps, options.Seed) = (steps, Math.Max(1, steps / 5), 1);
    options.MetricsCallback = m => Console.WriteLine($"{name}: step {m.Step,5}  loss {m.TotalLoss:F3}  {m.ImagesPerSecond:F0} images/s");
    using var encoder = mlContext.Transforms.SsahHash(options).Fit(training);
    var metrics = mlContext.HashRetrieval.Evaluate(queries: encoder.Transform(queries), database: encoder.Transform(database));
    Console.WriteLine($"{name}: mAP {metrics.MeanAveragePrecision:F3}\n");
}
