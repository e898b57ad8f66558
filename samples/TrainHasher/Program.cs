// Trains a hasher on images and saves it as an ML.NET model and as an ONNX file. samples/ServeHasher answers queries with it.
//   dotnet run --project samples/TrainHasher -c Release -- [FOLDER] [MINUTES] [IMAGES]
using Microsoft.ML;
using SSAH.MLNet;
using SSAH.MLNet.BenchmarkData;

var folder = args.Length > 0 ? args[0] : Path.Combine("out", "hasher");
var minutes = args.Length > 1 ? double.Parse(args[1]) : 2;
var images = ImageSets.Find(args.Length > 2 ? args[2] : null, say: Console.WriteLine);
Directory.CreateDirectory(folder);

// A tenth of each class (or 500 images) keeps its label; the trainer sees the others without one. The queries are left for ServeHasher.
var split = ImageSplits.Draw(images, seed: 1);
split.Save(Path.Combine(folder, "split.txt"));
var labeled = split.Labeled.ToHashSet();
var mlContext = new MLContext(seed: 1);
var view = images.ToDataView(mlContext, [.. split.Labeled.Concat(split.UnlabeledTraining).Order()], labeled.Contains);

var encoder = mlContext.Transforms.SsahHash(new SsahTrainer.Options
{
    Bits = 64,
    Stopping = { TimeBudget = TimeSpan.FromMinutes(minutes) },
    MetricsCallback = m => Console.WriteLine($"{m.Progress,5:P0}  step {m.Step,5}  loss {m.TotalLoss:F3}  {m.ImagesPerSecond:F0} images/s"),
}).Fit(view);

mlContext.Model.Save(encoder, view.Schema, Path.Combine(folder, "hasher.zip"));
encoder.SaveOnnx(Path.Combine(folder, "hasher.onnx"));
File.WriteAllText(Path.Combine(folder, "images.txt"), images.SourcePath ?? "");
Console.WriteLine($"saved {Path.GetFullPath(folder)}: hasher.zip for ML.NET, hasher.onnx for any ONNX Runtime, {encoder.Bits} bits an image");
