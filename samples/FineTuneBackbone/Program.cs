// A pretrained convolutional network in an ONNX file becomes a hasher: its graph is read into TorchSharp, trained on with the hash layer, and exported again with it.
//   dotnet run --project samples/FineTuneBackbone -c Release -- BACKBONE.onnx OUTPUT PREPROCESSING SIDE [IMAGES] [STEPS]
//   OUTPUT: name of the value to hash; PREPROCESSING: imagenet, minus-one-to-one, caffe or none; SIDE: pixels that the network works at
using Microsoft.ML;
using SSAH.MLNet;
using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Hashing;

if (args.Length < 4)
{
    Console.Error.WriteLine("usage: FineTuneBackbone BACKBONE.onnx OUTPUT imagenet|minus-one-to-one|caffe|none SIDE [IMAGES] [STEPS]");
    return 2;
}
var preprocessing = args[2] switch
{
    "imagenet" => BackbonePreprocessing.ImageNet,
    "minus-one-to-one" => BackbonePreprocessing.MinusOneToOne,
    "caffe" => BackbonePreprocessing.Caffe,
    "none" => new BackbonePreprocessing(),
    var other => throw new ArgumentException($"There is no preprocessing '{other}'; there are imagenet, minus-one-to-one, caffe and none."),
} with { Side = int.Parse(args[3]) };
var images = ImageSets.Find(args.Length > 4 ? args[4] : null, say: Console.WriteLine);
var steps = args.Length > 5 ? int.Parse(args[5]) : 300;

var split = ImageSplits.Draw(images, seed: 1);
var labeled = split.Labeled.ToHashSet();
var mlContext = new MLContext(seed: 1);
var training = images.ToDataView(mlContext, [.. split.Labeled.Concat(split.UnlabeledTraining).Order()], labeled.Contains);
var queries = images.ToDataView(mlContext, split.Queries);
var database = images.ToDataView(mlContext, split.Database);

// 1. The network as it came: all of it frozen, only the hash layer is trained. Its features are computed once and kept.
Train("hash layer alone", new SsahTrainer.Options
{
    Backbone = Backbone.FromOnnx(args[0], args[1], preprocessing, freezeStages: int.MaxValue),
    HardSamples = { Source = HardSampleSource.None },
});

// 2. The whole network, with three tenths of the learning rate in the backbone: full SSAH.
Train("fine-tuned", new SsahTrainer.Options { Backbone = Backbone.FromOnnx(args[0], args[1], preprocessing) });
return 0;

void Train(string name, SsahTrainer.Options options)
{
    (options.Stopping.MaxSteps, options.ReportEverySteps, options.Seed) = (steps, Math.Max(1, steps / 5), 1);
    options.MetricsCallback = m => Console.WriteLine($"{name}: step {m.Step,5}  loss {m.TotalLoss:F3}  {m.ImagesPerSecond:F0} images/s");
    using var encoder = mlContext.Transforms.SsahHash(options).Fit(training);
    var metrics = mlContext.HashRetrieval.Evaluate(queries: encoder.Transform(queries), database: encoder.Transform(database));
    Console.WriteLine($"{name}: mAP {metrics.MeanAveragePrecision:F3}\n");
}
