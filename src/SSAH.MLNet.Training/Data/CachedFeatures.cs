using SSAH.MLNet.Training.Method;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Data;

/// <summary>
/// Stands in for the images where nothing before the hash layer is trained: the features of a row are computed when it is first drawn, without
/// augmentation, and kept.
/// </summary>
internal sealed class CachedFeatures(HashNetwork network, MiniBatchSource images, int rowCount) : IImageSource
{
    private readonly float[]?[] _features = new float[]?[rowCount];

    /// <summary>The rows' features [N, F] in place of their images.</summary>
    public Tensor Draw(ReadOnlySpan<int> rows, bool strong = false)
    {
        Compute(rows);
        int size = _features[rows[0]]!.Length;
        float[] values = new float[rows.Length * size];
        for (int i = 0; i < rows.Length; i++)
            _features[rows[i]]!.CopyTo(values, i * size);
        return images.ToDevice(values, rows.Length, size);
    }

    /// <summary>Computes the features of those rows that have none yet.</summary>
    public void Compute(ReadOnlySpan<int> rows)
    {
        int[] missing = [.. rows.ToArray().Where(row => _features[row] is null).Distinct()];
        if (missing.Length == 0)
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var features = network.Features(images.Plain(missing)).Fetch();
        float[] values = features.contiguous().data<float>().ToArray();
        int size = (int)features.shape[1];
        for (int i = 0; i < missing.Length; i++)
            _features[missing[i]] = values[(i * size)..((i + 1) * size)];
    }
}
