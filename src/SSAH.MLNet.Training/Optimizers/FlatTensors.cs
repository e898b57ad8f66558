using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Optimizers;

/// <summary>
/// Tensors that lie one after another in one buffer, so that one operation moves all of them. They stay what they are to everybody else: their values
/// are parts of the buffer.
/// </summary>
internal sealed class FlatTensors : IDisposable
{
    private readonly long[][] _shapes;
    private readonly long[] _starts;

    private FlatTensors(Tensor values, long[][] shapes)
    {
        (Values, _shapes) = (values.DetachFromDisposeScope(), shapes);
        _starts = new long[shapes.Length + 1];
        for (int i = 0; i < shapes.Length; i++)
            _starts[i + 1] = _starts[i] + shapes[i].Aggregate(1L, (product, size) => product * size);
        Parts = [.. shapes.Select((shape, i) => values.narrow(0, _starts[i], _starts[i + 1] - _starts[i]).view(shape).DetachFromDisposeScope())];
    }

    /// <summary>The buffer, [all values].</summary>
    public Tensor Values { get; }

    /// <summary>Each tensor as a part of the buffer.</summary>
    public IReadOnlyList<Tensor> Parts { get; }

    /// <summary>Moves tensors into one buffer. All have one type and device.</summary>
    public static FlatTensors Merge(IReadOnlyList<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var flat = new FlatTensors(cat([.. tensors.Select(tensor => tensor.detach().reshape(-1))]), [.. tensors.Select(tensor => tensor.shape)]);
        Parameter[] parameters = [.. tensors.OfType<Parameter>()];
        if (parameters.Length == tensors.Count)
            nn.utils.vector_to_parameters(flat.Values, parameters);
        else
            foreach (var (tensor, part) in tensors.Zip(flat.Parts))
                tensor.set_(part);
        return flat;
    }

    /// <summary>Zeros of the same shapes.</summary>
    public FlatTensors Zeros()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return new FlatTensors(zeros_like(Values), _shapes);
    }

    /// <summary>The part of the buffer that holds some of the tensors.</summary>
    public Tensor Range(Tensor values, int first, int count) => values.narrow(0, _starts[first], _starts[first + count] - _starts[first]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in Parts)
            part.Dispose();
        Values.Dispose();
    }
}
