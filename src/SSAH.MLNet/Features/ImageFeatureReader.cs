using Microsoft.ML;

namespace SSAH.MLNet.Features;

/// <summary>
/// Features of the images that a cursor comes to, in blocks, so that no more than a block of pixels is in memory: what the cache has of an image is taken
/// from it; the rest goes through the network.
/// </summary>
/// <param name="pixels">Column of the images.</param>
/// <param name="network">The network.</param>
/// <param name="cache">What is known; null keeps nothing.</param>
/// <param name="source">Column of the files that the images come from and how they are read; null where they come from elsewhere.</param>
/// <param name="cancellation">Ends the computation between two batches.</param>
internal sealed class ImageFeatureReader(
    PixelColumn pixels, BackboneFeatures network, FeatureCache? cache, (DataViewSchema.Column Path, string Reading)? source, CancellationToken cancellation)
{
    private const int BlockRows = 256;
    private readonly byte[] _images = new byte[BlockRows * pixels.Shape.Size];
    private readonly float[] _features = new float[BlockRows * network.Length];
    private readonly List<(int Row, UInt128 Key, UInt128? File)> _missing = [];
    private int _rows;

    /// <summary>Images whose features were computed, and those whose features the cache had.</summary>
    public (int Computed, int Kept) Counts { get; private set; }

    /// <summary>Gives what reads the row that a cursor is on and, when a block is full, adds its features and returns true; false as an argument ends
    /// the last block.</summary>
    public Func<bool, bool> On(DataViewRow row, List<float> values)
    {
        PixelReader reader = pixels.CreateReader(row);
        ValueGetter<ReadOnlyMemory<char>>? path = source is { } files ? row.GetGetter<ReadOnlyMemory<char>>(files.Path) : null;
        return isOnRow =>
        {
            if (isOnRow)
                Read(reader, path);
            if (_rows == 0 || (isOnRow && _rows < BlockRows))
                return false;
            // Rounded to bytes, scaled images would be black.
            if (reader.Range.Complaint($"Column '{pixels.Name}'") is { } complaint)
                throw new InvalidOperationException(complaint);
            Compute();
            values.AddRange(_features.AsSpan(0, _rows * network.Length));
            _rows = 0;
            return true;
        };
    }

    private void Read(PixelReader reader, ValueGetter<ReadOnlyMemory<char>>? path)
    {
        Span<float> features = _features.AsSpan(_rows * network.Length, network.Length);
        UInt128? file = null;
        if (path is not null)
        {
            ReadOnlyMemory<char> name = default;
            path(ref name);
            file = ImageStamp.Of(name.ToString(), source!.Value.Reading);
        }
        Span<byte> image = _images.AsSpan(_missing.Count * pixels.Shape.Size, pixels.Shape.Size);
        reader.Read(image);
        UInt128 key = FeatureCache.KeyOf(image);
        if (cache?.TryGet(key, features) == true)
        {
            Counts = Counts with { Kept = Counts.Kept + 1 };
            if (file is { } stamp)
                cache.AddFile(stamp, key);
        }
        else
            _missing.Add((_rows, key, file));
        _rows++;
    }

    private void Compute()
    {
        int size = pixels.Shape.Size, length = network.Length;
        float[] computed = new float[_missing.Count * length];
        network.Compute(_missing.Count, computed, (row, planes) =>
        {
            ReadOnlySpan<byte> image = _images.AsSpan(row * size, size);
            for (int i = 0; i < planes.Length; i++)
                planes[i] = image[i];
        }, cancellation);
        for (int i = 0; i < _missing.Count; i++)
        {
            (int row, UInt128 key, UInt128? file) = _missing[i];
            ReadOnlySpan<float> vector = computed.AsSpan(i * length, length);
            vector.CopyTo(_features.AsSpan(row * length));
            cache?.Add(key, vector);
            if (file is { } stamp)
                cache?.AddFile(stamp, key);
        }
        Counts = Counts with { Computed = Counts.Computed + _missing.Count };
        _missing.Clear();
    }
}
