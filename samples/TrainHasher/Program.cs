// Trains a hasher on a folder of images and saves it as an ML.NET model and as an ONNX file. samples/ServeHasher answers queries with it.
//   dotnet run --project samples/TrainHasher -c Release -- [FOLDER] [MINUTES] [IMAGES]
//   IMAGES: a folder with CLASS/FILE.jpg; files at its top have no label, and teach too. Without it images are drawn.
using Microsoft.ML;
using SSAH.MLNet;
using SSAH.MLNet.Samples;

var folder = args.Length > 0 ? args[0] : Path.Combine("out", "hasher");
var minutes = args.Length > 1 ? double.Parse(args[1]) : 2;
Directory.CreateDirectory(folder);
var images = args.Length > 2 ? args[2] : Path.Combine(folder, "images");
if (args.Length <= 2)
    DrawnFolder.Write(images, perClass: 500, labeledShare: 0.1);

// Ctrl-C ends the training, and what was learned is saved; a second one ends the program.
using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = !cancellation.IsCancellationRequested;
    cancellation.Cancel();
};

var mlContext = new MLContext(seed: 1);
var train = mlContext.Data.LoadImageFolder(images, 32, 32);
var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.Transforms.SsahHash(new SsahTrainer.Options
{
    Bits = 64,
    Stopping = { TimeBudget = TimeSpan.FromMinutes(minutes), CancellationToken = cancellation.Token, OnCancel = CancellationBehavior.KeepBest },
    MetricsCallback = m => Console.WriteLine($"{m.Progress,5:P0}  step {m.Step,5}  loss {m.TotalLoss:F3}  {m.ImagesPerSecond:F0} images/s"),
}));
using var encoder = pipeline.Fit(train).LastTransformer;

mlContext.Model.Save(encoder, train.Schema, Path.Combine(folder, "hasher.zip"));
encoder.SaveOnnx(Path.Combine(folder, "hasher.onnx"));
Console.WriteLine($"saved {Path.GetFullPath(folder)}: hasher.zip for ML.NET, hasher.onnx for any ONNX Runtime, {encoder.Bits} bits an image");
Console.WriteLine($"search: dotnet run --project samples/ServeHasher -c Release -- {folder} {images}");
