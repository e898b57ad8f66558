// Loads the hasher that samples/TrainHasher saved and finds the images that look most like given ones. There is no TorchSharp in this program.
//   dotnet run --project samples/ServeHasher -c Release -- FOLDER IMAGES [QUERY.jpg ...]      (no query: asks for them)
using System.Diagnostics;
using Microsoft.ML;
using SSAH.MLNet;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: ServeHasher FOLDER IMAGES [QUERY.jpg ...]");
    return 2;
}

var model = Path.Combine(args[0], "hasher.zip");
if (!File.Exists(model))
{
    Console.Error.WriteLine($"{model} is missing. Train it first: dotnet run --project samples/TrainHasher -c Release -- {args[0]}");
    return 1;
}

// 1. A plain Load gives the encoder back; the codes of the images become an index that knows their paths.
var mlContext = new MLContext();
using var encoder = (HashEncoder)mlContext.Model.Load(model, out _);
var time = Stopwatch.StartNew();
var database = encoder.Transform(mlContext.Data.LoadImageFolder(args[1], encoder));
var search = mlContext.HashRetrieval.FindNeighbors(database, new NeighborOptions { K = 10, Columns = ["ImagePath"] }).Fit(database);
Console.WriteLine($"encoded the images in {time.Elapsed.TotalSeconds:F1} s: {(encoder.Bits + 7) / 8} bytes of code for each");

// 2. Answer.
foreach (var query in args.Skip(2))
    Answer(query);
if (args.Length > 2)
    return 0;
Console.WriteLine("path of an image; an empty line ends");
while (Console.ReadLine() is { Length: > 0 } query)
    Answer(query);
return 0;

void Answer(string query)
{
    if (!File.Exists(query))
    {
        Console.WriteLine($"there is no file '{query}'");
        return;
    }

    var found = search.Transform(encoder.Transform(mlContext.Data.LoadImageFiles([query], encoder)));
    var answer = mlContext.Data.CreateEnumerable<Neighbors>(found, reuseRowObject: false, ignoreMissingColumns: true).Single();
    Console.WriteLine($"query {query}");
    foreach (var (path, distance) in answer.NeighborsImagePath.Zip(answer.NeighborsDistance))
        Console.WriteLine($"  {distance,3} bits  {path}");
}

/// <summary>What the search adds to a row.</summary>
internal sealed class Neighbors
{
    public string[] NeighborsImagePath { get; set; } = [];

    public int[] NeighborsDistance { get; set; } = [];
}
