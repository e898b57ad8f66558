// Trains SSAH on images and saves what samples/DemoReport then loads in a process of its own, without TorchSharp.
using Microsoft.ML;
using SSAH.MLNet;
using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Samples.Demo;

DemoOptions options;
try
{
    options = DemoOptions.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine($"{e.Message}\n\n{DemoOptions.Usage}");
    return 2;
}

// 1. The images, and which of them are queries, labeled and unlabeled. The split goes into a file, for the second program.
ImageSet images;
RetrievalSplit split;
try
{
    images = ImageSets.Find(options.Data, new ImageReadOptions { Side = options.Side, Seed = options.Seed }, Console.WriteLine);
    split = ImageSplits.Draw(images, options.Seed);
}
catch (Exception e) when (e is IOException or InvalidDataException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

Directory.CreateDirectory(options.Out);
split.Save(DemoRecord.SplitFile(options.Out));
Console.WriteLine(images);
if (images.Skipped is [var first, ..])
    Console.WriteLine($"skipped {images.Skipped.Count} files; the first is {first.Path}: {first.Reason}");
Console.WriteLine($"split {split.Protocol}, seed {split.Seed}: {split.Queries.Count:N0} queries, {split.Labeled.Count:N0} labeled, " +
    $"{split.UnlabeledTraining.Count:N0} unlabeled, database {split.Database.Count:N0}");

// 2. One data view of all training images; only the labeled ones show their label.
var mlContext = new MLContext(options.Seed);
var labeled = split.Labeled.ToHashSet();
int[] training = [.. split.Labeled.Concat(split.UnlabeledTraining).Order()];
var view = images.ToDataView(mlContext, training, labeled.Contains);

// 3. Ctrl-C ends the training and keeps what it has; a second Ctrl-C ends the program.
using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = !cancellation.IsCancellationRequested;
    if (e.Cancel)
        Console.WriteLine("stopping after this step; Ctrl-C again to quit at once");
    cancellation.Cancel();
};

// 4. Train. With --compare the controls follow, with as many steps as the first run took.
var models = new List<TrainedModel>();
foreach (var arm in DemoArm.For(options))
{
    var steps = models is [var full, ..] ? full.Steps : options.Steps;
    if (steps == 0 || cancellation.IsCancellationRequested)
        break;
    models.Add(arm.Train(mlContext, view, options, steps, cancellation.Token));
}

new DemoRecord { Data = images.SourcePath, Side = options.Side, Seed = options.Seed, Bits = options.Bits, Models = models }.Save(options.Out);
return 0;
