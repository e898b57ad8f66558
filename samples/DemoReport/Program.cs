// Loads what samples/Demo saved, in a process without TorchSharp: encodes the images, evaluates the codes, writes the page.
using System.Diagnostics;
using Microsoft.ML;
using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Samples.Demo;
using SSAH.MLNet.Samples.RetrievalReport;

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

try
{
    // 1. The same images and the same split as in training.
    var record = DemoRecord.Load(options.Out);
    var images = record.Data is null
        ? DrawnImages.Create(new ImageReadOptions().DrawnPerClass, record.Side, record.Seed)
        : ImageSets.Read(record.Data, new ImageReadOptions { Side = record.Side });
    var data = new DemoImages(images, RetrievalSplit.Load(DemoRecord.SplitFile(options.Out)));

    // 2. Each model: load, encode, evaluate.
    var results = new List<ModelResult>();
    foreach (var model in record.Models)
    {
        Console.WriteLine($"\n{model.Name}");
        var result = ModelResult.Measure(new MLContext(record.Seed), data, model, options.Out);
        Console.WriteLine(result.Metrics);
        results.Add(result);
    }

    // 3. The page.
    var page = Path.Combine(options.Out, "report.html");
    RetrievalPageWriter.Write(DemoPage.Compose(data, record, results), page);
    Console.WriteLine(Comparison.Table(results));
    Console.WriteLine($"page:  {Path.GetFullPath(page)}");
    Console.WriteLine($"model: {Path.GetFullPath(Path.Combine(options.Out, record.Models[0].ModelFile))}");
    Debug.Assert(!AppDomain.CurrentDomain.GetAssemblies().Any(assembly => assembly.GetName().Name == "TorchSharp"), "encoding needs no TorchSharp");
    return 0;
}
catch (Exception e) when (e is IOException or InvalidDataException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
