using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Data;

/// <summary>Makes normalized views of a training set's images, [N, C, H, W]. Every way of doing it gives the same values to the last bit.</summary>
internal interface IImageViews : IDisposable
{
    /// <summary>Randomly changed views: each image has a seed of its own, so that neither threads nor neighbors change anything.</summary>
    Tensor Changed(ImageAugmentation augmentation, ReadOnlySpan<(int Row, int Seed)> images);

    /// <summary>The rows as they are.</summary>
    Tensor Plain(ReadOnlySpan<int> rows);
}

/// <summary>Views that the program computes, in parallel.</summary>
internal sealed class ProgramViews(TrainingSet set, ImageNormalization normalization, Device device) : IImageViews
{
    /// <inheritdoc/>
    public Tensor Changed(ImageAugmentation augmentation, ReadOnlySpan<(int Row, int Seed)> images)
    {
        float[] values = new float[images.Length * set.Shape.Size];
        var all = images.ToArray();
        Parallel.For(0, all.Length, i => augmentation.Draw(set.Image(all[i].Row), set.Shape, normalization, new Random(all[i].Seed),
            values.AsSpan(i * set.Shape.Size, set.Shape.Size)));
        return ToDevice(values);
    }

    /// <inheritdoc/>
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
        return ToDevice(values);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The images belong to the training set.
    }

    private Tensor ToDevice(float[] values) =>
        tensor(values, [values.Length / set.Shape.Size, set.Shape.Channels, set.Shape.Height, set.Shape.Width]).Send(device);
}
