using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Benchmarks.Cancellation;

/// <summary>What the works of <see cref="CancelBenchmark"/> work on, made when the first of them asks for it.</summary>
internal sealed class CancelData
{
    private const int Dimensions = 512, Rows = 30_000, Classes = 10, PhotoCount = 48, CopiesOfEach = 8;

    private readonly Lazy<BinaryCodes> _codes = new(() => BenchmarkCodes.Clustered(64, 500_000, seed: 1, 1000, 0.08));
    private readonly Lazy<string[]> _photos;
    private readonly Lazy<string[]> _copies;
    private readonly Lazy<HashEncoder> _encoder;
    private readonly Lazy<IDataView> _features;

    public CancelData(string folder)
    {
        Folder = folder;
        _photos = new Lazy<string[]>(() => [.. new[] { "even", "odd" }.SelectMany((name, first) =>
            DrawnPhotos.Write(Directory.CreateDirectory(Path.Combine(PhotoFolder, name)).FullName, PhotoCount / 2, 1200 + first, 900))]);
        _copies = new Lazy<string[]>(() => [.. Photos.SelectMany(photo => Enumerable.Range(0, CopiesOfEach).Select(number => CopyOf(photo, number)))]);
        _encoder = new Lazy<HashEncoder>(() => Context.Transforms.ItqHash(Itq(default)).Fit(PhotoRows()));
        _features = new Lazy<IDataView>(() => Context.Data.LoadFromEnumerable(Draw()));
    }

    public MLContext Context { get; } = new(1);

    public string Folder { get; }

    /// <summary>Codes as those of trained networks.</summary>
    public BinaryCodes Codes => _codes.Value;

    public string PhotoFolder => Path.Combine(Folder, "photos");

    /// <summary>Files of a megapixel.</summary>
    public string[] Photos => _photos.Value;

    /// <summary>The same images in files of other bytes, several of each.</summary>
    public string[] Copies => _copies.Value;

    /// <summary>ITQ on a pretrained ResNet-18, at 224 pixels.</summary>
    public HashEncoder Encoder => _encoder.Value;

    /// <summary>30,000 rows of 512 features in ten classes, five labels each.</summary>
    public IDataView Features => _features.Value;

    /// <summary>Features are computed anew each time.</summary>
    public static ItqHashOptions Itq(CancellationToken token) => new()
    {
        InputColumnName = "Pixels", Network = PretrainedNetwork.ResNet18, CacheFolder = null, CancellationToken = token,
    };

    /// <summary>The photos of two folders of one class each.</summary>
    public IDataView PhotoRows()
    {
        _ = Photos;
        return Context.Data.LoadImageFolder(PhotoFolder, 224, 224);
    }

    private string CopyOf(string photo, int number)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, "copies")).FullName;
        string copy = Path.Combine(folder, $"{Path.GetFileName(Path.GetDirectoryName(photo))}-{Path.GetFileNameWithoutExtension(photo)}-{number}.jpg");
        File.WriteAllBytes(copy, [.. File.ReadAllBytes(photo), (byte)number]);
        return copy;
    }

    private static FeatureRow[] Draw()
    {
        var random = new Random(1);
        float[] centers = Normal(random, Classes * Dimensions);
        return [.. Enumerable.Range(0, Rows).Select(row =>
        {
            float[] values = Normal(random, Dimensions);
            for (int i = 0; i < Dimensions; i++)
                values[i] += 0.3f * centers[row % Classes * Dimensions + i];
            return new FeatureRow { Features = values, Label = row < 5 * Classes ? (uint)(row % Classes + 1) : 0 };
        })];
    }

    private static float[] Normal(Random random, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
        return values;
    }

    private sealed class FeatureRow
    {
        [VectorType(Dimensions)]
        public float[] Features { get; set; } = [];

        [KeyType(Classes)]
        public uint Label { get; set; }
    }
}
