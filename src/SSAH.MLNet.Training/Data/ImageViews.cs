using System.Runtime.InteropServices;
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
        var values = Empty(images.Length);
        var all = images.ToArray();
        Parallel.For(0, all.Length, i => Write(values, i, target =>
            augmentation.Draw(set.Image(all[i].Row), set.Shape, normalization, new Random(all[i].Seed), target)));
        return values.Send(device);
    }

    /// <inheritdoc/>
    public Tensor Plain(ReadOnlySpan<int> rows)
    {
        var values = Empty(rows.Length);
        int plane = set.Shape.Height * set.Shape.Width;
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            Write(values, i, target =>
            {
                var image = set.Image(row);
                for (int p = 0; p < target.Length; p++)
                    target[p] = (image[p] - normalization.Mean[p / plane]) / normalization.Deviation[p / plane];
            });
        }
        return values.Send(device);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The images belong to the training set.
    }

    // Written where libtorch has it: arrays of this size would wait for a full collection, twice as many of them, since TorchSharp copies them.
    private Tensor Empty(int rows) => empty(rows, set.Shape.Channels, set.Shape.Height, set.Shape.Width);

    private static void Write(Tensor values, int row, Action<Span<float>> write)
    {
        using var image = values.select(0, row);
        write(MemoryMarshal.Cast<byte, float>(image.bytes));
    }
}
