// Trains SSAH on a folder of images and saves what samples/DemoReport then loads in a process of its own, without TorchSharp.
using Microsoft.ML;
using Microsoft.ML.Runtime;
using SSAH.MLNet;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Samples;
using SSAH.MLNet.Samples.Demo;

try
{
    var options = DemoOptions.Parse(args);
    Directory.CreateDirectory(options.Out);
    var mlContext = new MLContext(options.Seed);
    mlContext.Log += (_, e) =>
    {
        if (e.Kind != ChannelMessageKind.Trace && e.Source.StartsWith(nameof(SsahTrainer), StringComparison.Ordinal))
            Console.WriteLine(e.RawMessage);
    };

    // 1. The images, and which of them are queries and which keep their label. Tables hold the split, for the second program too.
    var (folder, name) = FindImages(options);
    Console.WriteLine($"data: {name}");
    var images = mlContext.Data.LoadImageFolder(folder, options.Side, options.Side);
    Console.WriteLine($"split: {Tables.Write(images, options.Out, options.Seed)}");
    var train = mlContext.Data.LoadImageTable(Path.Combine(options.Out, "train.csv"), options.Side, options.Side);

    // 2. Ctrl-C ends the training and keeps what it has; a second Ctrl-C ends the program.
    using var cancellation = new CancellationTokenSource();
    Console.CancelKeyPress += (_, e) =>
    {
        e.Cancel = !cancellation.IsCancellationRequested;
        cancellation.Cancel();
    };

    // 3. Train. An empty label is an unlabeled image. Small images are trained on from scratch, which is what the limits are for.
    var fromScratch = options.Side < 64;
    var trainer = new SsahTrainer.Options
    {
        Bits = options.Bits,
        Seed = options.Seed,
        Stopping =
        {
            MaxSteps = fromScratch ? options.Steps : null,
            TimeBudget = fromScratch && options.Steps is null ? TimeSpan.FromMinutes(options.BudgetMinutes) : null,
            CancellationToken = cancellation.Token,
            OnCancel = CancellationBehavior.KeepBest,
        },
        ReportEverySteps = options.Steps is { } all ? Math.Max(1, all / 25) : (int)Math.Clamp(options.BudgetMinutes * 3, 5, 200),
    };
    var hasher = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.Transforms.SsahHash(trainer)).Fit(train);

    // 4. Save.
    mlContext.Model.Save(hasher, train.Schema, Path.Combine(options.Out, "hasher.zip"));
    File.WriteAllText(Path.Combine(options.Out, "data.txt"), name);
    return 0;
}
catch (Exception e) when (e is IOException or InvalidDataException or DamagedFileException or FormatException)
{
    Console.Error.WriteLine(e.Message);
    return e is FormatException ? 2 : 1;
}

static (string Folder, string Name) FindImages(DemoOptions options)
{
    var source = options.Data ?? (FashionMnist.IsAt(FashionMnist.InstalledAt) ? FashionMnist.InstalledAt : null);
    var unpacked = Path.Combine(options.Out, "images");
    if (source is not null && !FashionMnist.IsAt(source))
        return (source, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source))));
    if (Directory.Exists(unpacked))
        Directory.Delete(unpacked, recursive: true);
    if (source is not null)
    {
        FashionMnist.Unpack(source, unpacked, count: 12_000);
        return (unpacked, "the first 12,000 images of Fashion-MNIST");
    }

    DrawnFolder.Write(unpacked, perClass: 1000, seed: options.Seed);
    return (unpacked, "drawn shapes, as there is no collection of real images here: apt-get install dataset-fashion-mnist, or --data FOLDER");
}
