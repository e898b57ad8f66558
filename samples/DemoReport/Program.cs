// Loads what samples/Demo saved, in a process without TorchSharp: encodes the images, evaluates the codes, writes the page.
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Reports;
using SSAH.MLNet.Samples.Demo;

try
{
    var options = DemoOptions.Parse(args);
    string At(string name) => Path.Combine(options.Out, name);
    if (!File.Exists(At("hasher.zip")))
        throw new FileNotFoundException($"{At("hasher.zip")} is missing: train first, with samples/Demo or ./build.sh demo.");

    // 1. A plain Load gives the encoder back. The codes are kept, so that each image is encoded once.
    var mlContext = new MLContext(options.Seed);
    var hasher = (TransformerChain<ITransformer>)mlContext.Model.Load(At("hasher.zip"), out _);
    var training = ((HashEncoder)hasher.LastTransformer).TrainingSummary!;
    IDataView Encode(string table) =>
        mlContext.Data.Cache(hasher.Transform(mlContext.Data.LoadImageTable(At(table), options.Side, options.Side)), "HashCode", "Label");
    var (queries, database) = (Encode("queries.csv"), Encode("database.csv"));

    // 2. Evaluate.
    var metrics = mlContext.HashRetrieval.Evaluate(queries, database);
    Console.WriteLine(metrics);

    // 3. The page.
    var time = TimeSpan.FromSeconds(training.Seconds);
    new RetrievalReport
    {
        Title = $"Image retrieval with {metrics.Bits}-bit codes",
        Facts =
        [
            ("Data", File.ReadAllText(At("data.txt"))),
            ("Split", $"{metrics.QueryCount:N0} queries, {metrics.DatabaseCount:N0} in the database, seed {options.Seed}"),
            ("Training", $"{training.LabeledRows:N0} labeled and {training.UnlabeledRows:N0} unlabeled images, {training.Steps:N0} steps in "
                + $"{time:h\\:mm\\:ss}, {(training.History.Count > 0 ? "from scratch" : "from the features of a pretrained ResNet-18")}"),
            ("Machine", $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}"),
        ],
        Runs = [new ReportRun("SSAH", metrics) { TrainingTime = time }],
        Gallery = ReportGallery.Read(queries, database),
        GalleryRemark = "The queries are not picked: the first of each class in the split.",
        Training = training,
        Notes = ["The queries took no part in training, nor in any choice."],
    }.Write(At("report.html"));
    Console.WriteLine($"page:  {Path.GetFullPath(At("report.html"))}\nmodel: {Path.GetFullPath(At("hasher.zip"))}");
    return 0;
}
catch (Exception e) when (e is IOException or InvalidDataException or DamagedFileException or FormatException)
{
    Console.Error.WriteLine(e.Message);
    return e is FormatException ? 2 : 1;
}
