using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Checkpoints;

/// <summary>A tensor as it lies in a file.</summary>
/// <param name="Type">Number type.</param>
/// <param name="Shape">Sizes of its axes.</param>
/// <param name="Values">Its values, the last axis innermost.</param>
internal sealed record StoredTensor(ScalarType Type, long[] Shape, ReadOnlyMemory<byte> Values)
{
    /// <summary>Whether a tensor has this type and shape.</summary>
    public bool Fits(Tensor tensor) => tensor.dtype == Type && tensor.shape.SequenceEqual(Shape);

    /// <summary>The tensor on the CPU. Yours to dispose.</summary>
    public Tensor ToTensor()
    {
        var result = empty(Shape, dtype: Type);
        Values.Span.CopyTo(result.bytes);
        return result;
    }

    /// <summary>Gives a tensor of the same shape these values.</summary>
    public void CopyTo(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        tensor.copy_(ToTensor());
    }
}
