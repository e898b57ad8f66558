// The hasher as one step among ML.NET's own: image files -> resized -> codes -> a classifier and a clustering on the codes.
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet;
using SSAH.MLNet.Samples;

// Images on disk, as an application would have them: 960 files to train on, of which a quarter have a label, and 240 for the test.
var steps = args is [var count] ? int.Parse(count) : 120;
var folder = Directory.CreateTempSubdirectory("ssah-images-").FullName;
DrawnFolder.Write(folder, perClass: 120);
var files = Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
    .Select(path => new ImageFile { Path = path, Class = Path.GetFileName(Path.GetDirectoryName(path)!) }).ToArray();
var mlContext = new MLContext(seed: 1);
var test = mlContext.Data.LoadFromEnumerable(files.Where((_, i) => i % 5 == 4));
var training = mlContext.Data.LoadFromEnumerable(files.Where((_, i) => i % 5 != 4).Select((file, i) => i % 4 == 0 ? file : new ImageFile { Path = file.Path }));

// 1. Learn the hash. An empty label becomes key 0, which means unlabeled; such images still teach the hash network.
var classes = mlContext.Data.LoadFromEnumerable(DrawnFolder.Classes.Select(name => new ClassName { Name = name }));
var images = mlContext.Transforms.LoadImages("Image", folder, nameof(ImageFile.Path))
    .Append(mlContext.Transforms.ResizeImages("Image", 32, 32))
    .Append(mlContext.Transforms.Conversion.MapValueToKey("Label", nameof(ImageFile.Class), keyData: classes))
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
Console.WriteLine($"classifier on the codes: accuracy {metrics.MicroAccuracy:P1} on new images (chance {1.0 / DrawnFolder.Classes.Count:P0})");

// 3. Cluster all training images by their codes, without any label.
var clustering = mlContext.Clustering.Trainers.KMeans("HashCodeActivation", numberOfClusters: DrawnFolder.Classes.Count).Fit(encoded);
var clusters = mlContext.Clustering.Evaluate(clustering.Transform(hasher.Transform(test)), "Label", featureColumnName: "HashCodeActivation");
Console.WriteLine($"clusters of the codes: normalized mutual information with the classes {clusters.NormalizedMutualInformation:F3}");

// 4. One file holds the whole chain, image loading and classifier included; it takes paths and gives classes.
mlContext.Model.Save(new TransformerChain<ITransformer>(hasher, classifier), training.Schema, Path.Combine(folder, "images.zip"));
var loaded = mlContext.Model.Load(Path.Combine(folder, "images.zip"), out _);
var again = mlContext.MulticlassClassification.Evaluate(loaded.Transform(test));
Directory.Delete(folder, recursive: true);
Console.WriteLine($"saved, loaded, asked again: accuracy {again.MicroAccuracy:P1}");
return again.MicroAccuracy == metrics.MicroAccuracy ? 0 : 1;

/// <summary>One image file and its class; an empty class is an unknown one.</summary>
internal sealed class ImageFile
{
    public string Path { get; set; } = "";

    public string Class { get; set; } = "";
}

/// <summary>A class as a table of known values needs it.</summary>
internal sealed class ClassName
{
    public string Name { get; set; } = "";
}

/// <summary>The label of an encoded row; 0 is unlabeled.</summary>
internal sealed class LabeledRow
{
    public uint Label { get; set; }
}
