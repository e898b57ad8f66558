using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Data;

/// <summary>
/// Views that the device computes, a batch at once, from bytes: a quarter of what their values would take to send. The bytes of all images are there, or
/// those of a batch are sent.
/// </summary>
internal sealed class DeviceViews : IImageViews
{
    private const int BytesAtOnce = 64 << 20;
    private readonly TrainingSet _set;
    private readonly ImageNormalization _normalization;
    private readonly Device _device;
    private readonly Tensor? _pixels;                                                               // [rows, C, H, W]
    private readonly Tensor _channels;                                                              // [1, C, 1, 1]
    private readonly Tensor _shift;                                                                 // [1, C, 1, 1]: the negative mean
    private readonly Tensor _deviation;

    /// <summary>Sends all images, where they are to stay on the device.</summary>
    public DeviceViews(TrainingSet set, ImageNormalization normalization, Device device, bool holdsAll)
    {
        (_set, _normalization, _device) = (set, normalization, device);
        using var scope = NewDisposeScope();
        long channels = set.Shape.Channels;
        _channels = Kept(tensor([.. Enumerable.Range(0, set.Shape.Channels).Select(c => (long)c)], [1, channels, 1, 1]));
        _shift = Kept(tensor([.. normalization.Mean.Select(mean => -mean)], [1, channels, 1, 1]));
        _deviation = Kept(tensor([.. normalization.Deviation], [1, channels, 1, 1]));
        _pixels = holdsAll ? SendAll().DetachFromDisposeScope() : null;
    }

    /// <inheritdoc/>
    public Tensor Changed(ImageAugmentation augmentation, ReadOnlySpan<(int Row, int Seed)> images)
    {
        var all = images.ToArray();
        int channels = _set.Shape.Channels, height = _set.Shape.Height, width = _set.Shape.Width, length = height + width;
        int[] places = new int[all.Length * length];
        float[] changes = new float[2 * all.Length * channels];
        Parallel.For(0, all.Length, i =>
        {
            var place = augmentation.Choose(_set.Shape, _normalization, new Random(all[i].Seed), changes.AsSpan(i * channels, channels),
                changes.AsSpan((all.Length + i) * channels, channels));
            place.Write(places.AsSpan(i * length, height), places.AsSpan(i * length + height, width));
        });
        using var scope = NewDisposeScope();
        var (pixels, rows) = Bytes([.. all.Select(image => image.Row)]);
        var sent = tensor(places, [all.Length, length]).Send(_device).to(ScalarType.Int64);
        var y = sent.narrow(1, 0, height).unsqueeze(1).unsqueeze(3);                                // [N, 1, H, 1]
        var x = sent.narrow(1, height, width).unsqueeze(1).unsqueeze(1);                            // [N, 1, 1, W]
        var change = tensor(changes, [2, all.Length, channels, 1, 1]).Send(_device);
        // Multiplied and added one after the other, as the program does it: in one operation they would be rounded once.
        return pixels.index([rows, _channels, y, x]).to(ScalarType.Float32).mul_(change[0]).Add(change[1]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Plain(ReadOnlySpan<int> rows)
    {
        using var scope = NewDisposeScope();
        var (pixels, found) = Bytes(rows.ToArray());
        var images = _pixels is null ? pixels : pixels.index_select(0, found.flatten());
        return images.to(ScalarType.Float32).Add(_shift).div_(_deviation).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pixels?.Dispose();
        _channels.Dispose();
        _shift.Dispose();
        _deviation.Dispose();
    }

    // Images on the device among which the rows are, and their numbers there, [N, 1, 1, 1].
    private (Tensor Pixels, Tensor Rows) Bytes(int[] rows) => _pixels is null
        ? (Packed(rows.Length, i => rows[i]).Send(_device), Numbers(Enumerable.Range(0, rows.Length)))
        : (_pixels, Numbers(rows));

    private Tensor Numbers(IEnumerable<int> rows)
    {
        long[] numbers = [.. rows.Select(row => (long)row)];
        return tensor(numbers, [numbers.Length, 1, 1, 1]).Send(_device);
    }

    private Tensor SendAll()
    {
        int count = _set.Labels.Count, atOnce = Math.Max(1, BytesAtOnce / _set.Shape.Size);
        var pixels = empty([count, _set.Shape.Channels, _set.Shape.Height, _set.Shape.Width], ScalarType.Byte, _device);
        for (int start = 0; start < count; start += atOnce)
        {
            using var scope = NewDisposeScope();
            int length = Math.Min(atOnce, count - start), first = start;
            pixels.narrow(0, start, length).copy_(Packed(length, i => first + i));
        }
        return pixels;
    }

    private Tensor Packed(int count, Func<int, int> row)
    {
        byte[] bytes = new byte[count * _set.Shape.Size];
        Parallel.For(0, count, i => _set.Image(row(i)).CopyTo(bytes.AsSpan(i * _set.Shape.Size, _set.Shape.Size)));
        return tensor(bytes, [count, _set.Shape.Channels, _set.Shape.Height, _set.Shape.Width]);
    }

    private Tensor Kept(Tensor values) => values.Send(_device).DetachFromDisposeScope();
}
