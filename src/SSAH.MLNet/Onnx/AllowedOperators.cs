using System.Collections.Frozen;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Onnx;

/// <summary>
/// The operators that a network from others may have: those of the standard set that compute tensors from tensors. Left out are control flow (If, Loop, Scan),
/// sequences and optional values, text, random numbers, and operators that programs add.
/// </summary>
internal static class AllowedOperators
{
    private static readonly FrozenSet<string> s_names = FrozenSet.ToFrozenSet("""
        Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool BatchNormalization BitShift BitwiseAnd BitwiseNot BitwiseOr
        BitwiseXor Cast CastLike Ceil Celu CenterCropPad Clip Col2Im Compress Concat Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh
        Crop CumSum DeformConv DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor
        GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization
        HardSigmoid HardSwish Hardmax Identity ImageScaler InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual
        Log LogSoftmax LpNormalization LpPool MatMul MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization Min Mish Mod Mul
        Neg NonZero Not OneHot Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN Range Reciprocal ReduceL1 ReduceL2
        ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize ReverseSequence RoiAlign
        RotaryEmbedding Round Scatter ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax Softplus Softsign
        SpaceToDepth Split Sqrt Squeeze Sub Sum Swish Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Upsample Where Xor
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    /// <summary>What is wrong with a node, as the end of a sentence that names it; null where it may run.</summary>
    public static string? ObjectionTo(NodeProto node)
    {
        if (!OnnxModels.IsStandard(node.Domain))
            return $"is of the domain '{node.Domain}', which only the program that added it knows";
        if (!s_names.Contains(node.OpType))
            return "is none of the operators that compute tensors from tensors";
        return node.Attribute.Any(attribute => attribute.G.Count + attribute.Graphs.Count > 0) ? "has a graph of its own" : null;
    }
}
