using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Data;

/// <summary>Rows as tensors on the training device.</summary>
/// <param name="Images">[N, C, H, W], normalized; or the features [N, F] of a frozen backbone.</param>
/// <param name="Targets">[N, classes]: 1 where the row has the class, else 0.</param>
internal readonly record struct MiniBatch(Tensor Images, Tensor Targets);

/// <summary>Where the images of mini-batches come from.</summary>
internal interface IImageSource
{
    /// <summary>A view of each row: [N, C, H, W], or features [N, F] in its place.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="strong">Whether the view is changed more than usual.</param>
    Tensor Draw(ReadOnlySpan<int> rows, bool strong = false);
}

/// <summary>Makes mini-batches of a training set's images.</summary>
/// <param name="set">The training set.</param>
/// <param name="normalization">Mean and deviation of the data.</param>
/// <param name="augmentation">How a view differs from its image.</param>
/// <param name="newRandom">Gives a generator of the same seed each time.</param>
/// <param name="device">Where the batches are needed.</param>
/// <param name="residence">Where the images lie; null takes what suits the device.</param>
internal sealed class MiniBatchSource(TrainingSet set, ImageNormalization normalization, ImageAugmentation augmentation, Func<Random> newRandom,
    Device device, PixelResidence? residence = null) : IImageSource, IDisposable
{
    private readonly ImageAugmentation _strong = augmentation.Strong();
    private readonly IImageViews _views = (residence ?? PixelResidences.For(device, (long)set.Labels.Count * set.Shape.Size)) switch
    {
        PixelResidence.Program => new ProgramViews(set, normalization, device),
        var place => new DeviceViews(set, normalization, device, holdsAll: place == PixelResidence.Device),
    };

    private Random _random = newRandom();

    /// <summary>Views drawn so far.</summary>
    public long Drawn { get; private set; }

    /// <summary>Randomly changed views of the rows.</summary>
    public Tensor Draw(ReadOnlySpan<int> rows, bool strong = false)
    {
        var images = new (int Row, int Seed)[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            images[i] = (rows[i], _random.Next());
        Drawn += rows.Length;
        return _views.Changed(strong ? _strong : augmentation, images);
    }

    /// <summary>Goes to where so many views have been drawn.</summary>
    public void Restart(long drawn)
    {
        _random = newRandom();
        for (Drawn = 0; Drawn < drawn; Drawn++)
            _random.Next();
    }

    /// <summary>The rows as they are, normalized.</summary>
    public Tensor Plain(ReadOnlySpan<int> rows) => _views.Plain(rows);

    /// <summary>Values as a tensor on the training device.</summary>
    public Tensor ToDevice(float[] values, params ReadOnlySpan<long> shape) => tensor(values, shape).Send(device);

    /// <summary>Labels of the rows, [N, classes]: 1 where the row has the class, else 0.</summary>
    public Tensor Targets(ReadOnlySpan<int> rows)
    {
        int classes = set.Labels.ClassCount;
        float[] targets = new float[rows.Length * classes];
        for (int i = 0; i < rows.Length; i++)
            LabelTargets.Write(set.Labels, rows[i], targets.AsSpan(i * classes, classes));
        return tensor(targets, [rows.Length, classes]).Send(device);
    }

    /// <inheritdoc/>
    public void Dispose() => _views.Dispose();
}
