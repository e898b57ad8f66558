using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Data;

/// <summary>Rows as tensors on the training device.</summary>
/// <param name="Images">[N, C, H, W], normalized; or the features [N, F] of a frozen backbone.</param>
/// <param name="Targets">[N, classes]: 1 where the row has the class, else 0.</param>
internal readonly record struct MiniBatch(Tensor Images, Tensor Targets);

/// <summary>Where mini-batches come from.</summary>
internal interface IBatchSource
{
    /// <summary>A view of each row, with its labels.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="strong">Whether the view is changed more than usual.</param>
    MiniBatch Draw(ReadOnlySpan<int> rows, bool strong = false);
}

/// <summary>Makes mini-batches of a training set's images.</summary>
internal sealed class MiniBatchSource(TrainingSet set, ImageNormalization normalization, EasyView view, Random random, Device device) : IBatchSource
{
    private readonly EasyView _strongView = view.Strong();

    /// <summary>Randomly changed views of the rows, with their labels.</summary>
    public MiniBatch Draw(ReadOnlySpan<int> rows, bool strong = false)
    {
        var drawn = strong ? _strongView : view;
        float[] values = new float[rows.Length * set.Shape.Size];
        for (int i = 0; i < rows.Length; i++)
            drawn.Draw(set.Image(rows[i]), set.Shape, normalization, random, values.AsSpan(i * set.Shape.Size, set.Shape.Size));
        return new MiniBatch(ToDevice(values, rows.Length, set.Shape.Channels, set.Shape.Height, set.Shape.Width), Targets(rows));
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
        {
            // A mask for each of many classes would take their number squared.
            if (!set.Labels.IsMultiLabel)
            {
                if (set.Labels.ClassOf(rows[i]) is >= 0 and var label)
                    targets[i * classes + label] = 1;
                continue;
            }
            var mask = set.Labels.MaskOf(rows[i]);
            for (int c = 0; c < classes; c++)
                targets[i * classes + c] = mask[c >> 6] >> (c & 63) & 1;
        }
        return tensor(targets, [rows.Length, classes], device: device);
    }
}
