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
internal sealed class MiniBatchSource(TrainingSet set, ImageNormalization normalization, ImageAugmentation augmentation, Func<Random> newRandom,
    Device device) : IImageSource
{
    private readonly ImageAugmentation _strong = augmentation.Strong();
    private Random _random = newRandom();

    /// <summary>Views drawn so far.</summary>
    public long Drawn { get; private set; }

    /// <summary>
    /// Randomly changed views of the rows, drawn in parallel: each image has a seed of its own, so that the number of threads changes nothing.
    /// </summary>
    public Tensor Draw(ReadOnlySpan<int> rows, bool strong = false)
    {
        var drawn = strong ? _strong : augmentation;
        float[] values = new float[rows.Length * set.Shape.Size];
        var images = new (int Row, int Seed)[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            images[i] = (rows[i], _random.Next());
        Drawn += rows.Length;
        Parallel.For(0, images.Length, i =>
            drawn.Draw(set.Image(images[i].Row), set.Shape, normalization, new Random(images[i].Seed), values.AsSpan(i * set.Shape.Size, set.Shape.Size)));
        return ToDevice(values, rows.Length, set.Shape.Channels, set.Shape.Height, set.Shape.Width);
    }

    /// <summary>Goes to where so many views have been drawn.</summary>
    public void Restart(long drawn)
    {
        _random = newRandom();
        for (Drawn = 0; Drawn < drawn; Drawn++)
            _random.Next();
    }

    /// <summary>The rows as they are, normalized.</summary>
    public Tensor Plain(ReadOnlySpan<int> rows)
    {
        float[] values = new float[rows.Length * set.Shape.Size];
        int plane = set.Shape.Height * set.Shape.Width;
        for (int i = 0; i < rows.Length; i++)
        {
            var image = set.Image(rows[i]);
            var target = values.AsSpan(i * set.Shape.Size, set.Shape.Size);
            for (int p = 0; p < target.Length; p++)
                target[p] = (image[p] - normalization.Mean[p / plane]) / normalization.Deviation[p / plane];
        }
        return ToDevice(values, rows.Length, set.Shape.Channels, set.Shape.Height, set.Shape.Width);
    }

    /// <summary>Values as a tensor on the training device.</summary>
    public Tensor ToDevice(float[] values, params ReadOnlySpan<long> shape) => tensor(values, shape, device: device);

    /// <summary>Labels of the rows, [N, classes]: 1 where the row has the class, else 0.</summary>
    public Tensor Targets(ReadOnlySpan<int> rows)
    {
        int classes = set.Labels.ClassCount;
        float[] targets = new float[rows.Length * classes];
        for (int i = 0; i < rows.Length; i++)
            LabelTargets.Write(set.Labels, rows[i], targets.AsSpan(i * classes, classes));
        return tensor(targets, [rows.Length, classes], device: device);
    }
}
