using Microsoft.ML;

namespace SSAH.MLNet.Features;

/// <summary>
/// Features of the images that a cursor comes to, and of their views, in blocks, so that no more than a block of pixels is in memory: what the cache has of
/// an image is taken from it; the rest goes through the network.
/// </summary>
/// <param name="pixels">Column of the images.</param>
/// <param name="network">The network.</param>
/// <param name="views">Views of each image.</param>
/// <param name="cache">What is known; null keeps nothing.</param>
/// <param name="source">Column of the files that the images come from and how they are read; null where they come from elsewhere.</param>
/// <param name="keys">Takes the key of each image's pixels.</param>
/// <param name="cancellation">Ends the computation between two batches.</param>
internal sealed class ImageFeatureReader(
    PixelColumn pixels, BackboneFeatures network, HardViews views, FeatureCache? cache, (DataViewSchema.Column Path, string Reading)? source,
    List<UInt128> keys, CancellationToken cancellation)
{
    // Enough for all processors to be busy; few enough that progress is seen of small folders too.
    private static readonly int s_blockRows = Math.Max(32, 8 * Environment.ProcessorCount);
    private const int Image = -1;
    private readonly byte[] _images = new byte[s_blockRows * pixels.Shape.Size];
    private readonly float[] _features = new float[s_blockRows * (1 + views.Count) * network.Length];
    private readonly List<(int Row, int View, UInt128 Key)> _missing = [];
    private readonly DateTime _began = DateTime.UtcNow;
    private int _rows;

    /// <summary>Images and views whose features were computed, and those whose features the cache had.</summary>
    public (int Computed, int Kept) Counts { get; private set; }

    /// <summary>Gives what reads the row that a cursor is on and, when a block is full, adds the features of its rows and of their views and returns true;
    /// false as an argument ends the last block.</summary>
    public Func<bool, bool> On(DataViewRow row, List<float> values)
    {
        PixelReader reader = pixels.CreateReader(row);
        ValueGetter<ReadOnlyMemory<char>>? path = source is { } files ? row.GetGetter<ReadOnlyMemory<char>>(files.Path) : null;
        return isOnRow =>
        {
            if (isOnRow)
                Read(reader, path);
            if (_rows == 0 || (isOnRow && _rows < s_blockRows))
                return false;
            // Rounded to bytes, scaled images would be black.
            if (reader.Range.Complaint($"Column '{pixels.Name}'") is { } complaint)
                throw new InvalidOperationException(complaint);
            Compute();
            values.AddRange(_features.AsSpan(0, _rows * (1 + views.Count) * network.Length));
            _rows = 0;
            return true;
        };
    }

    private Span<float> FeaturesOf(int row, int view) => _features.AsSpan((row * (1 + views.Count) + 1 + view) * network.Length, network.Length);

    private ReadOnlySpan<byte> ImageOf(int row) => _images.AsSpan(row * pixels.Shape.Size, pixels.Shape.Size);

    private void Read(PixelReader reader, ValueGetter<ReadOnlyMemory<char>>? path)
    {
        reader.Read(_images.AsSpan(_rows * pixels.Shape.Size, pixels.Shape.Size));
        UInt128 key = FeatureCache.KeyOf(ImageOf(_rows));
        keys.Add(key);
        for (int view = Image; view < views.Count; view++)
        {
            UInt128 viewKey = view == Image ? key : views.KeyOf(key, view);
            if (cache?.TryGet(viewKey, FeaturesOf(_rows, view)) == true)
                Counts = Counts with { Kept = Counts.Kept + 1 };
            else
                _missing.Add((_rows, view, viewKey));
        }
        if (path is not null && cache is not null)
        {
            ReadOnlyMemory<char> name = default;
            path(ref name);
            if (ImageStamp.Of(name.ToString(), source!.Value.Reading, unchangedSince: _began) is { } stamp)
                cache.AddFile(stamp, key);
        }
        _rows++;
    }

    private void Compute()
    {
        int length = network.Length;
        float[] computed = new float[_missing.Count * length];
        network.Compute(_missing.Count, computed, (index, planes) =>
        {
            (int row, int view, UInt128 key) = _missing[index];
            float[]? plain = view == Image ? null : new float[planes.Length];
            Span<float> target = plain ?? planes;
            ReadOnlySpan<byte> image = ImageOf(row);
            for (int i = 0; i < target.Length; i++)
                target[i] = image[i];
            if (plain is not null)
                views.Write(plain, pixels.Shape, key, view, planes);
        }, cancellation);
        for (int i = 0; i < _missing.Count; i++)
        {
            ReadOnlySpan<float> vector = computed.AsSpan(i * length, length);
            vector.CopyTo(FeaturesOf(_missing[i].Row, _missing[i].View));
            cache?.Add(_missing[i].Key, vector);
        }
        Counts = Counts with { Computed = Counts.Computed + _missing.Count };
        _missing.Clear();
    }
}
