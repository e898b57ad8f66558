// Loads the hasher that samples/TrainHasher saved and answers nearest-image queries. There is no TorchSharp in this program.
//   dotnet run --project samples/ServeHasher -c Release -- [FOLDER] [NUMBER OF THE QUERY ...]      (no numbers: asks for them)
using System.Diagnostics;
using Microsoft.ML;
using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;

var folder = args.Length > 0 ? args[0] : Path.Combine("out", "hasher");
var model = Path.Combine(folder, "hasher.zip");
if (!File.Exists(model))
{
    Console.Error.WriteLine($"{model} is missing. Train it first: dotnet run --project samples/TrainHasher -c Release -- {folder}");
    return 1;
}

// 1. The images that are searched, and the queries, which the hasher has never seen.
var source = File.ReadAllText(Path.Combine(folder, "images.txt"));
var images = source.Length > 0 ? ImageSets.Read(source) : DrawnImages.Create();
var split = RetrievalSplit.Load(Path.Combine(folder, "split.txt"));
int[] database = [.. split.Database];
int[] queries = [.. split.Queries];

// 2. A plain Load gives the encoder back; its codes fill an index.
var mlContext = new MLContext();
var encoder = mlContext.Model.Load(model, out _);
var time = Stopwatch.StartNew();
var codes = Encode(database);
Console.WriteLine($"encoded {codes.Count:N0} images in {time.Elapsed.TotalSeconds:F1} s: {codes.Count * codes.BytesPerCode / 1024:N0} KiB of codes");
var index = new HammingFlatIndex(codes.Bits);
index.Add(codes);

// 3. Answer.
if (args.Length > 1)
{
    foreach (var number in args.Skip(1))
        Answer(number);
    return 0;
}

Console.WriteLine($"number of a query, 0 to {queries.Length - 1}; an empty line ends");
while (Console.ReadLine() is { Length: > 0 } line)
    Answer(line);
return 0;

void Answer(string text)
{
    if (!int.TryParse(text, out var number) || number < 0 || number >= queries.Length)
    {
        Console.WriteLine($"'{text}' is no number from 0 to {queries.Length - 1}");
        return;
    }

    var query = Encode([queries[number]]);
    var start = Stopwatch.GetTimestamp();
    var nearest = index.Search(query, k: 10)[0];
    var elapsed = Stopwatch.GetElapsedTime(start);
    Console.WriteLine($"query {number}, {NameOf(queries[number])}: searched {index.Count:N0} codes in {elapsed.TotalMicroseconds:F0} microseconds");
    foreach (var match in nearest)
        Console.WriteLine($"  {match.Distance,3} bits  image {database[match.Id],6}  {NameOf(database[match.Id])}");
}

BinaryCodes Encode(int[] rows) => mlContext.HashRetrieval.ReadCodes(encoder.Transform(images.ToDataView(mlContext, rows)));

string NameOf(int row) => string.Join(", ", images.LabelsOf(row).ToArray().Select(label => images.ClassNames[label]));
