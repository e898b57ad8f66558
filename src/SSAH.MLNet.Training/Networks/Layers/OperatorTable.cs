using SSAH.MLNet.Hashing;
using SSAH.MLNet.Training.Onnx;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>The ONNX operators that can be read into trainable form. What is read here is written again by the same class's <c>Export</c>.</summary>
internal static class OperatorTable
{
    private static readonly SortedDictionary<string, Func<OnnxNode, GraphOperator>> s_readers = new(StringComparer.Ordinal)
    {
        ["Add"] = Elementwise.Read,
        ["AveragePool"] = AveragePooling.Read,
        ["BatchNormalization"] = BatchNormalization.Read,
        ["Clip"] = Clamp.Read,
        ["Concat"] = Concatenation.Read,
        ["Conv"] = Convolution.Read,
        ["Div"] = Elementwise.Read,
        ["Flatten"] = Flattening.Read,
        ["Gemm"] = Dense.ReadGemm,
        ["GlobalAveragePool"] = MeanOverAxes.ReadGlobal,
        ["GlobalMaxPool"] = _ => new GlobalMaxPooling(),
        ["HardSigmoid"] = HardSigmoid.Read,
        ["HardSwish"] = _ => new HardSwish(),
        ["LRN"] = ChannelNormalization.Read,
        ["LeakyRelu"] = LeakyRelu.Read,
        ["MatMul"] = Dense.ReadMatMul,
        ["MaxPool"] = MaxPooling.Read,
        ["Mul"] = Elementwise.Read,
        ["Pad"] = Padding.Read,
        ["ReduceMean"] = MeanOverAxes.Read,
        ["Relu"] = _ => new Relu(),
        ["Reshape"] = Reshaping.Read,
        ["Sigmoid"] = _ => new Sigmoid(),
        ["Squeeze"] = AxisRemoval.Read,
        ["Sub"] = Elementwise.Read,
        ["Sum"] = _ => new Summation(),
        ["Tanh"] = _ => new HyperbolicTangent(),
        ["Transpose"] = Transposition.Read,
        ["Unsqueeze"] = AxisInsertion.Read,
    };

    // They need no operator of their own: the importer passes their input on, or keeps their value.
    private static readonly string[] s_resolvedByImport = ["Cast", "Constant", "Dropout", "Identity"];

    /// <summary>Names of all operators that can be imported.</summary>
    public static IEnumerable<string> Names => s_readers.Keys.Concat(s_resolvedByImport).Order(StringComparer.Ordinal);

    /// <summary>Makes the operator of a node.</summary>
    /// <exception cref="UnsupportedNetworkException">The operator, or the way in which the node uses it, is not known; the message names both.</exception>
    /// <exception cref="DamagedFileException">The node is malformed.</exception>
    public static GraphOperator Read(OnnxNode node) => node.IsStandard && s_readers.TryGetValue(node.OpType, out var read)
        ? read(node)
        : throw new UnsupportedNetworkException($"{node} cannot be imported. Known operators: {string.Join(", ", Names)}.");
}
