// Images in a vector store of Microsoft.Extensions.VectorData: written and searched for as images, with filters in LINQ.
//   dotnet run --project samples/VectorStore -c Release -- [IMAGES] [MODEL]
//   IMAGES: a folder with ALBUM/FILE.jpg. Without it images are drawn. MODEL: a hasher.zip of samples/TrainHasher. Without it a perceptual hash finds copies.
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.VectorData;
using Microsoft.ML;
using SSAH.MLNet;
using SSAH.MLNet.Samples;
using SSAH.MLNet.VectorData;

var folder = Path.Combine("out", "vector-store");
var images = args.Length > 0 ? args[0] : Path.Combine(folder, "images");
Directory.CreateDirectory(folder);
if (args.Length == 0)
    DrawnFolder.Write(images, perClass: 100);

// The usual services: an encoder, the generator over it, a store in one file, and a collection of records of our own type.
using var services = new ServiceCollection()
    .AddHashEmbeddingGenerator(_ => args.Length > 1 ? new MLContext().Model.Load(args[1], out var _).GetHashEncoder() : HashEncoder.PerceptualHash())
    .AddSqliteHashVectorStore(Path.Combine(folder, "photos.db"))
    .AddHashVectorStoreCollection<string, Photo>("photos")
    .BuildServiceProvider();
var photos = services.GetRequiredService<VectorStoreCollection<string, Photo>>();
await photos.EnsureCollectionExistsAsync();

// What is there already is written again under the same key. Batches are encoded on all processors, and committed as one.
var files = Directory.GetFiles(images, "*.*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
foreach (var batch in files.Chunk(256))
{
    await photos.UpsertAsync(batch.Select(file => new Photo
    {
        Path = Path.GetRelativePath(images, file).Replace('\\', '/'),
        Album = Path.GetFileName(Path.GetDirectoryName(file)!),
        Bytes = new FileInfo(file).Length,
        Image = new DataContent(File.ReadAllBytes(file), "image/*"),
    }));
}
Console.WriteLine($"{files.Length} images in {Path.Combine(folder, "photos.db")}");

// Search by an image; the score is the number of bits that differ.
var query = new DataContent(await File.ReadAllBytesAsync(files[0]), "image/*");
Console.WriteLine($"nearest to {Path.GetRelativePath(images, files[0])}:");
await Show(photos.SearchAsync(query, top: 5));

var album = Path.GetFileName(Path.GetDirectoryName(files[^1])!);
Console.WriteLine($"in album {album}, of more than 100 bytes, the nearest 50 put into a finer order by what the query is sure of:");
await Show(photos.SearchAsync(query, top: 5, new HashSearchOptions<Photo> { Filter = photo => photo.Album == album && photo.Bytes > 100, RerankDepth = 50 }));

static async Task Show(IAsyncEnumerable<VectorSearchResult<Photo>> matches)
{
    await foreach (var match in matches)
        Console.WriteLine($"{match.Score,6:0.0}  {match.Record.Path}");
}

/// <summary>What is kept of an image.</summary>
internal sealed class Photo
{
    [VectorStoreKey]
    public required string Path { get; set; }

    [VectorStoreData(IsIndexed = true)]
    public string Album { get; set; } = "";

    [VectorStoreData]
    public long Bytes { get; set; }

    [VectorStoreVector(64, DistanceFunction = DistanceFunction.HammingDistance)]
    public DataContent? Image { get; set; }
}
