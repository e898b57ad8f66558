using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>
/// Values of a step that are not kept for its backward pass but computed again in it, so that what they were computed from takes no memory meanwhile
/// (Chen et al. 2016, "Training deep nets with sublinear memory cost"). Gradients are the same to the bit: a sum of two does not know their order.
/// </summary>
internal sealed class Recomputation
{
    private readonly Stack<(Tensor Value, Func<Tensor> Again)> _pending = [];

    /// <summary>Computes a value, for now without the way back.</summary>
    /// <param name="compute">Computes it.</param>
    /// <param name="again">Computes the same value once more and has no other effect.</param>
    public Tensor Run(Func<Tensor> compute, Func<Tensor> again)
    {
        if (!is_grad_enabled())
            return compute();
        Tensor value;
        using (no_grad())
            value = compute();
        value.requires_grad_(true);
        _pending.Push((value, again));
        return value;
    }

    /// <summary>Goes the rest of the way back, from each value to what it was computed from. To be called after the backward pass of the loss.</summary>
    public void Backward()
    {
        if (_pending.Count == 0)
            return;
        GlibcMemoryReturn.ReturnFree();
        while (_pending.TryPop(out var next))
        {
            using var scope = NewDisposeScope();
            using var value = next.Value;
            if (value.grad is not { } gradient)
                continue;
            var same = next.Again();
            if (same.requires_grad)
                same.backward([gradient]);
        }
        GlibcMemoryReturn.ReturnFree();
    }

    /// <summary>Forgets what a step left that ended in an error.</summary>
    public void Forget() => _pending.Clear();
}
