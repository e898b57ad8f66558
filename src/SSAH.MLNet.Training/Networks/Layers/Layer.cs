using SSAH.MLNet.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>
/// One ONNX operator that can be trained: it computes in TorchSharp and writes the same computation (in evaluation form) as ONNX nodes. Most can also be
/// read from a node; <see cref="OperatorTable"/> says which.
/// </summary>
internal abstract class GraphOperator(string name) : nn.Module(name)
{
    /// <summary>Computes the result from the values of all inputs.</summary>
    public abstract Tensor Compute(IReadOnlyList<Tensor> inputs);

    /// <summary>Appends the operator's nodes to the graph and returns the name of their result.</summary>
    public abstract string Export(OnnxGraph graph, IReadOnlyList<string> inputs);

    /// <summary>The same values with the channels innermost in memory, in which reduced-precision convolutions on the CPU are several times faster.</summary>
    public static Tensor ChannelsLast(Tensor images) => images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    /// <summary>Computes the result and lets go of every tensor on the way to it: autograd keeps what it needs, and nothing else holds memory.</summary>
    public Tensor ComputeAlone(IReadOnlyList<Tensor> inputs)
    {
        using var scope = NewDisposeScope();
        var result = Compute(inputs);
        return inputs.Any(input => ReferenceEquals(input, result)) ? result : result.MoveToOuterDisposeScope();
    }

    /// <summary>Copies a parameter or buffer into managed memory as single precision.</summary>
    protected static float[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }

    /// <summary>Weights that are cast already; null where each use casts them.</summary>
    public WeightCasts? Casts { get; set; }

    /// <summary>A float32 weight in the number type that a value is computed in.</summary>
    protected Tensor Like(Tensor weight, Tensor value) =>
        weight.dtype == value.dtype ? weight : Casts?.Cast(weight, value.dtype) ?? weight.to(value.dtype);
}

/// <summary>An operator on one value; everything else that it needs is its own.</summary>
internal abstract class Layer(string name) : GraphOperator(name)
{
    /// <summary>Computes the result from the value.</summary>
    public abstract Tensor forward(Tensor input);

    /// <summary>Appends the layer's nodes to the graph and returns the name of their result.</summary>
    public abstract string Export(OnnxGraph graph, string value);

    /// <inheritdoc/>
    public sealed override Tensor Compute(IReadOnlyList<Tensor> inputs) => forward(inputs[0]);

    /// <inheritdoc/>
    public sealed override string Export(OnnxGraph graph, IReadOnlyList<string> inputs) => Export(graph, inputs[0]);
}
