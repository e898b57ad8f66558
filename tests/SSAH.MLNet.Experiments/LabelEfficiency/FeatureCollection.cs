using System.Text;
using SSAH.MLNet.Features;
using SSAH.MLNet.BenchmarkData;

namespace SSAH.MLNet.Experiments.LabelEfficiency;

/// <summary>A collection as features of a frozen network, of its images and of views of them; computed once and kept on disk.</summary>
internal sealed class FeatureCollection : IDisposable
{
    private const int BlockImages = 512, SmallestFineTunedSide = 96;
    private readonly BackboneFeatures _network;
    private readonly FeatureCache _cache;
    private readonly Lazy<FeatureMatrix> _features;

    private static readonly Dictionary<string, Known> s_known = new()
    {
        ["grocery"] = new("grocery.tar.gz", Read: 128, Side: 224, OwnQueries: true),
        ["grocery-128"] = new("grocery.tar.gz", Read: 128, Side: 128, OwnQueries: true),
        ["aerial"] = new("ucmerced.tar.gz", Read: 128, Side: 224, OwnQueries: true, ClassDetail.Coarse),
        ["cifar10"] = new("cifar10.tar.gz", Read: 32, Side: 128, OwnQueries: false),
        ["fashion"] = new("/usr/share/datasets/fashion-mnist", Read: 32, Side: 96, OwnQueries: false),
    };

    public static IReadOnlyCollection<string> Names => s_known.Keys;

    private FeatureCollection(string name, Known known, ImageSet images, BackboneFeatures network, FeatureCache cache)
    {
        (Name, HasOwnQueries, Images, _network, _cache) = (name, known.OwnQueries, images, network, cache);
        FineTunedSide = Math.Max(known.Read, SmallestFineTunedSide);
        Classes = [.. Enumerable.Range(0, images.Count).Select(images.ClassOf)];
        Parts = [.. Enumerable.Range(0, images.Count).Select(images.PartOf)];
        _features = new(() => Compute([.. Enumerable.Range(0, images.Count)], "images", key => key, (_, image, target) => image.CopyTo(target)));
    }

    /// <summary>Name of the collection.</summary>
    public string Name { get; }

    /// <summary>Whether the queries are its test part and the database its training part.</summary>
    public bool HasOwnQueries { get; }

    /// <summary>The images as they were read.</summary>
    public ImageSet Images { get; }

    /// <summary>Side in pixels at which a network that learns as a whole gets them: as they are stored, or a little larger.</summary>
    public int FineTunedSide { get; }

    /// <summary>[images, d]; computed where they are asked for.</summary>
    public FeatureMatrix Features => _features.Value;

    /// <summary>Class of each image.</summary>
    public int[] Classes { get; }

    /// <summary>Part of each image, where the collection has parts.</summary>
    public ImagePart[] Parts { get; }

    public int ClassCount => Classes.Max() + 1;

    /// <summary>Reads the images.</summary>
    public static FeatureCollection Open(string name, string dataFolder, string cacheFolder)
    {
        if (!s_known.TryGetValue(name, out var known))
            throw new FormatException($"There is no collection '{name}'. There are: {string.Join(", ", Names)}.");
        var images = ImageSets.Read(Path.Combine(dataFolder, known.File), new ImageReadOptions { Side = known.Read, Detail = known.Detail });
        var network = BackboneFeatures.Open(PretrainedNetwork.ResNet18, known.Side, known.Side);
        return new FeatureCollection(name, known, images, network, FeatureCache.Open(cacheFolder, network.Key, network.Length));
    }

    /// <summary>Features of the hard samples that the trainer would store: of each view [rows, d].</summary>
    public IReadOnlyList<FeatureMatrix> ViewsOf(int[] rows, HardViews views) =>
        [.. Enumerable.Range(0, views.Count).Select(view => Compute(rows, $"view {view + 1}", key => views.KeyOf(key, view),
            (key, image, target) => views.Write(image, _network.InputShape, key, view, target)))];

    /// <summary>Features of queries as <see cref="HashRetrievalCatalog.EvaluateRobustness"/> changes them: [rows, d] of each view.</summary>
    public IEnumerable<FeatureMatrix> QueryViewsOf(int[] rows, IReadOnlyList<QueryView> views) =>
        views.Select(view => Compute(rows, $"queries, {view.Name}", key => FeatureCache.KeyOf([.. BitConverter.GetBytes((ulong)key),
            .. BitConverter.GetBytes((ulong)(key >> 64)), .. Encoding.UTF8.GetBytes(view.Name)]),
            (_, image, target) => view.Transform.Apply(image, _network.InputShape, target)));

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _cache.Dispose();
    }

    /// <summary>A collection.</summary>
    /// <param name="File">Below the data folder, or the folder that Debian's package installs.</param>
    /// <param name="Read">Side that images are read at.</param>
    /// <param name="Side">Side that the network gets them at.</param>
    /// <param name="OwnQueries">Whether its test part are the queries and its training part the database.</param>
    /// <param name="Detail">Its classes, where it has several kinds of them.</param>
    private sealed record Known(string File, int Read, int Side, bool OwnQueries, ClassDetail Detail = ClassDetail.Fine);

    private delegate void WriteView(UInt128 key, ReadOnlySpan<float> image, Span<float> target);

    private FeatureMatrix Compute(int[] rows, string what, Func<UInt128, UInt128> keyOf, WriteView write)
    {
        var features = new FeatureMatrix(rows.Length, _network.Length);
        int computed = 0;
        for (int start = 0; start < rows.Length; start += BlockImages)
        {
            (int At, UInt128 Key)[] missing = [.. Enumerable.Range(start, Math.Min(BlockImages, rows.Length - start))
                .Select(at => (At: at, Key: keyOf(FeatureCache.KeyOf(Images.PixelsOf(rows[at])))))
                .Where(each => !_cache.TryGet(each.Key, features.Row(each.At)))];
            float[] vectors = new float[missing.Length * _network.Length];
            _network.Compute(missing.Length, vectors, (i, target) =>
            {
                float[] image = new float[_network.InputShape.Size];
                Enlarge(Images, rows[missing[i].At], _network.InputShape.Width, image);
                write(missing[i].Key, image, target);
            });
            for (int i = 0; i < missing.Length; i++)
            {
                vectors.AsSpan(i * _network.Length, _network.Length).CopyTo(features.Row(missing[i].At));
                _cache.Add(missing[i].Key, features.Row(missing[i].At));
            }
            computed += missing.Length;
            if (computed > 0 && start % (8 * BlockImages) == 0)
                Console.WriteLine($"{Name}: features of {what}, {Math.Min(start + BlockImages, rows.Length)} of {rows.Length}");
        }
        _cache.Flush();
        return features;
    }

    // Bilinear, centers of the corner pixels where they were.
    private static void Enlarge(ImageSet images, int row, int side, Span<float> planes)
    {
        var pixels = images.PixelsOf(row);
        int width = images.Width;
        float scale = (float)width / side;
        for (int y = 0; y < side; y++)
        {
            var (top, bottom, down) = Between((y + 0.5f) * scale - 0.5f, images.Height);
            for (int x = 0; x < side; x++)
            {
                var (left, right, across) = Between((x + 0.5f) * scale - 0.5f, width);
                for (int c = 0; c < 3; c++)
                {
                    float above = float.Lerp(pixels[(top * width + left) * 3 + c], pixels[(top * width + right) * 3 + c], across);
                    float below = float.Lerp(pixels[(bottom * width + left) * 3 + c], pixels[(bottom * width + right) * 3 + c], across);
                    planes[(c * side + y) * side + x] = float.Lerp(above, below, down);
                }
            }
        }
    }

    private static (int First, int Second, float Share) Between(float position, int count)
    {
        float inside = Math.Clamp(position, 0, count - 1);
        int first = (int)inside;
        return (first, Math.Min(first + 1, count - 1), inside - first);
    }
}
