using SSAH.MLNet.Features;
using SSAH.MLNet.BenchmarkData;

namespace SSAH.MLNet.Experiments.LabelEfficiency;

/// <summary>A collection as features of a frozen network, computed once and kept on disk.</summary>
/// <param name="Name">Name of the collection.</param>
/// <param name="Features">[images, d].</param>
/// <param name="Classes">Class of each image.</param>
/// <param name="Parts">Part of each image, where the collection has parts.</param>
internal sealed record FeatureCollection(string Name, FeatureMatrix Features, int[] Classes, ImagePart[] Parts)
{
    private const int BlockImages = 512;

    /// <summary>
    /// Collections by name: the file below the data folder, or the folder that Debian's package installs, and the side that images are enlarged to.
    /// </summary>
    private static readonly Dictionary<string, (string File, int Read, int Side)> s_known = new()
    {
        ["grocery"] = ("grocery.tar.gz", 128, 224),
        ["cifar10"] = ("cifar10.tar.gz", 32, 128),
        ["fashion"] = ("/usr/share/datasets/fashion-mnist", 32, 96),
    };

    public static IReadOnlyCollection<string> Names => s_known.Keys;

    public int ClassCount => Classes.Max() + 1;

    /// <summary>Reads the images and computes the features that are not kept yet.</summary>
    public static FeatureCollection Open(string name, string dataFolder, string cacheFolder)
    {
        if (!s_known.TryGetValue(name, out var known))
            throw new FormatException($"There is no collection '{name}'. There are: {string.Join(", ", Names)}.");
        var images = ImageSets.Read(Path.Combine(dataFolder, known.File), new ImageReadOptions { Side = known.Read });
        using var network = BackboneFeatures.Open(PretrainedNetwork.ResNet18, known.Side, known.Side);
        using var cache = FeatureCache.Open(cacheFolder, network.Key, network.Length);
        var features = new FeatureMatrix(images.Count, network.Length);
        int computed = 0;
        for (int start = 0; start < images.Count; start += BlockImages)
        {
            int[] block = [.. Enumerable.Range(start, Math.Min(BlockImages, images.Count - start))];
            int[] missing = [.. block.Where(row => !cache.TryGet(FeatureCache.KeyOf(images.PixelsOf(row)), features.Row(row)))];
            float[] vectors = new float[missing.Length * network.Length];
            network.Compute(missing.Length, vectors, (i, pixels) => Enlarge(images, missing[i], known.Side, pixels));
            for (int i = 0; i < missing.Length; i++)
            {
                vectors.AsSpan(i * network.Length, network.Length).CopyTo(features.Row(missing[i]));
                cache.Add(FeatureCache.KeyOf(images.PixelsOf(missing[i])), features.Row(missing[i]));
            }
            computed += missing.Length;
            if (computed > 0 && start % (8 * BlockImages) == 0)
                Console.WriteLine($"{name}: features of {start + block.Length} of {images.Count} images");
        }
        return new FeatureCollection(
            name, features, [.. Enumerable.Range(0, images.Count).Select(images.ClassOf)], [.. Enumerable.Range(0, images.Count).Select(images.PartOf)]);
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
