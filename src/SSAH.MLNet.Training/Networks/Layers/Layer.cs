using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>A layer that computes in TorchSharp and writes the same computation (in evaluation form) as ONNX nodes.</summary>
internal abstract class Layer(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>Appends the layer's nodes to the graph and returns the name of their result.</summary>
    public abstract string Export(OnnxGraph graph, string value);

    /// <summary>Copies a parameter or buffer into managed memory as single precision.</summary>
    protected static float[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }
}
