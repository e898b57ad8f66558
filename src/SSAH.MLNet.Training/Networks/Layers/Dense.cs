using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Onnx;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>Linear layer: [N, inputs] to [N, outputs]; without a bias also [..., inputs] to [..., outputs], as MatMul has it.</summary>
internal sealed class Dense : Layer
{
    private readonly Parameter weight;
    private readonly Parameter? bias;

    private Dense(Tensor weight, Tensor? bias) : base(nameof(Dense))
    {
        this.weight = new Parameter(weight.contiguous());
        this.bias = bias is null ? null : new Parameter(bias);
        RegisterComponents();
    }

    /// <summary>Reads a Gemm node: alpha A B + beta C, with the factors taken into the weights.</summary>
    public static Layer ReadGemm(OnnxNode node)
    {
        if (node.Int("transA", 0) != 0)
            throw node.Unsupported("transA 1");
        var weight = Matrix(node).Times(node.Float("alpha", 1));
        var bias = node.HasInput(2) ? node.Floats(2).flatten().Times(node.Float("beta", 1)) : null;
        return new Dense(node.Int("transB", 0) != 0 ? weight : weight.t(), bias);
    }

    /// <summary>Reads a MatMul node whose second factor is a constant.</summary>
    public static Layer ReadMatMul(OnnxNode node) => new Dense(Matrix(node).t(), null);

    public override Tensor forward(Tensor input) => nn.functional.linear(input, Like(weight, input), bias is null ? null : Like(bias, input));

    public override string Export(OnnxGraph graph, string value)
    {
        if (bias is not null)
            return graph.Op("Gemm", [value, graph.Constant(Values(weight), weight.shape), graph.Constant(Values(bias), bias.shape)], ("transB", 1L));
        // Gemm takes matrices only.
        using var transposed = weight.t();
        return graph.Op("MatMul", [value, graph.Constant(Values(transposed), transposed.shape)]);
    }

    private static Tensor Matrix(OnnxNode node)
    {
        var weight = node.Floats(1);
        return weight.dim() == 2 ? weight : throw node.Unsupported($"a weight of {weight.dim()} dimensions");
    }
}
