// The hasher as one step among ML.NET's own: image files -> resized -> codes -> a classifier and a clustering on the codes.
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet;
using SSAH.MLNet.Samples.ComposePipeline;

// Images on disk, as an application would have them: 960 files to train on, of which 240 have a label, and 240 for the test.
using var folder = new DrawnFolder(perClass: 120);
var steps = args is [var count] ? int.Parse(count) : 120;
var mlContext = new MLContext(seed: 1);
var training = mlContext.Data.LoadFromEnumerable(folder.Training);
var test = mlContext.Data.LoadFromEnumerable(folder.Test);

// 1. Learn the hash. An empty label becomes key 0, which means unlabeled; such images still teach the hash network.
var images = mlContext.Transforms.LoadImages("Image", folder.Path, nameof(ImageFile.Path))
    .Append(mlContext.Transforms.ResizeImages("Image", 32, 32))
    .Append(mlContext.Transforms.Conversion.MapValueToKey(
        "Label", nameof(ImageFile.Class), keyData: mlContext.Data.LoadFromEnumerable(folder.Classes)))
    .Append(mlContext.Transforms.SsahHash(new SsahTrainer.Options
    {
        InputColumnName = "Image",
        Bits = 32,
        Stopping = { MaxSteps = steps },
        Optimization = { LabeledBatchSize = 32 },
        Consistency = { UnlabeledBatchSize = 64 },
        ReportEverySteps = Math.Max(1, steps / 5),
        MetricsCallback = m => Console.WriteLine($"step {m.Step,4}  loss {m.TotalLoss:F2}  {m.ImagesPerSecond:F0} images/s"),
    }));
var hasher = images.Fit(training);

// 2. Learn a classifier on the codes of the labeled images: 32 numbers an image are all that it sees. Trainers read their rows many times;
//    the cache lets each file be decoded and hashed once.
var encoded = mlContext.Data.Cache(hasher.Transform(training), "Label", "HashCodeActivation");
var labeled = mlContext.Data.FilterByCustomPredicate(encoded, (LabeledRow row) => row.Label == 0);
var classifier = mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy("Label", "HashCodeActivation").Fit(labeled);
var metrics = mlContext.MulticlassClassification.Evaluate(classifier.Transform(hasher.Transform(test)));
Console.WriteLine($"classifier on the codes: accuracy {metrics.MicroAccuracy:P1} on {folder.Test.Count} new images " +
    $"(chance {1.0 / folder.Classes.Count:P0})");

// 3. Cluster all training images by their codes, without any label.
var clustering = mlContext.Clustering.Trainers.KMeans("HashCodeActivation", numberOfClusters: folder.Classes.Count).Fit(encoded);
var clusters = mlContext.Clustering.Evaluate(clustering.Transform(hasher.Transform(test)), "Label", featureColumnName: "HashCodeActivation");
Console.WriteLine($"clusters of the codes: normalized mutual information with the classes {clusters.NormalizedMutualInformation:F3}");

// 4. One file holds the whole chain, image loading and classifier included; it takes paths and gives classes.
var whole = new TransformerChain<ITransformer>(hasher, classifier);
mlContext.Model.Save(whole, training.Schema, Path.Combine(folder.Path, "images.zip"));
var loaded = mlContext.Model.Load(Path.Combine(folder.Path, "images.zip"), out _);
var again = mlContext.MulticlassClassification.Evaluate(loaded.Transform(test));
Console.WriteLine($"saved, loaded, asked again: accuracy {again.MicroAccuracy:P1}");
return again.MicroAccuracy == metrics.MicroAccuracy ? 0 : 1;
