using System.Numerics.Tensors;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Features;

/// <summary>
/// What turns features into a code, as numbers: directions from the mean, whitened; where classes are known, their probabilities beside them; one
/// projection of both. It is written as nodes of an ONNX graph and computed here by the same formulas.
/// </summary>
/// <param name="Mean">[d]: taken off the features, which are then brought to length 1.</param>
/// <param name="Whitening">The map that follows, and the vector taken off behind it; the result z is brought to length 1 again.</param>
/// <param name="Classes">Turns z into class probabilities p; null if no class is known.</param>
/// <param name="Projection">[classes + d, bits] of (p, z), scaled; activation = tanh((p, z) . projection + bias).</param>
/// <param name="Bias">[bits].</param>
internal sealed record HashHead(float[] Mean, NeighborWhitening Whitening, ClassLayer? Classes, FeatureMatrix Projection, float[] Bias)
{
    private const int BlockValues = 16_384;

    /// <summary>Code length in bits.</summary>
    public int Bits => Bias.Length;

    /// <summary>z: [n, d] of features [n, d].</summary>
    public FeatureMatrix Whiten(FeatureMatrix features, CancellationToken cancellation = default) =>
        WhitenTo(new FeatureMatrix(features.Rows, Mean.Length), features, cancellation);

    /// <summary>The same where the features lie, which are not needed any longer.</summary>
    public FeatureMatrix WhitenInPlace(FeatureMatrix features, CancellationToken cancellation) => WhitenTo(features, features, cancellation);

    /// <summary>
    /// The same head with a projection, scaled so that components have a deviation of 1 over these rows, and cut at their mean where asked for.
    /// </summary>
    /// <param name="inputs">[n, classes + d]: what is projected.</param>
    /// <param name="projection">[classes + d, bits].</param>
    /// <param name="center">Whether a bit is 1 above the mean of the rows instead of above 0.</param>
    public HashHead Projecting(FeatureMatrix inputs, FeatureMatrix projection, bool center)
    {
        FeatureMatrix components = inputs.Times(projection), scaled = new(projection.Rows, projection.Columns);
        float[] mean = components.Mean(), bias = new float[projection.Columns];
        for (int bit = 0; bit < bias.Length; bit++)
        {
            double squares = 0;
            for (int row = 0; row < components.Rows; row++)
                squares += Math.Pow(components.Row(row)[bit] - (center ? mean[bit] : 0), 2);
            float scale = squares > 0 ? (float)(1 / Math.Sqrt(squares / components.Rows)) : 1;
            bias[bit] = center ? -mean[bit] * scale : 0;
            for (int i = 0; i < projection.Rows; i++)
                scaled.Row(i)[bit] = projection.Row(i)[bit] * scale;
        }
        return this with { Projection = scaled, Bias = bias };
    }

    // In blocks too small for the heap of large objects: what lies between the steps would else take several times the memory of the result.
    private FeatureMatrix WhitenTo(FeatureMatrix result, FeatureMatrix features, CancellationToken cancellation)
    {
        int rows = Math.Max(1, BlockValues / Mean.Length);
        Parallel.For(0, (features.Rows + rows - 1) / rows, new ParallelOptions { CancellationToken = cancellation }, block =>
        {
            FeatureMatrix whitened = features.Slice(block * rows, Math.Min(rows, features.Rows - block * rows)).Directions(Mean)
                .Times(Whitening.Map).Directions(Whitening.Offset);
            Array.Copy(whitened.Values, 0, result.Values, (long)block * rows * Mean.Length, whitened.Values.LongLength);
        });
        return result;
    }

    /// <summary>tanh activations [n, bits] of z.</summary>
    public FeatureMatrix Activations(FeatureMatrix whitened)
    {
        FeatureMatrix result = (Classes is null ? whitened : Classes.Beside(whitened)).Times(Projection);
        for (int row = 0; row < result.Rows; row++)
        {
            TensorPrimitives.Add(result.Row(row), Bias, result.Row(row));
            TensorPrimitives.Tanh(result.Row(row), result.Row(row));
        }
        return result;
    }

    private void Append(OnnxGraph graph, string features, string method)
    {
        string direction = Direction(graph, features, Mean);
        string mapped = graph.Op("MatMul", [direction, Constant(graph, Whitening.Map)]);
        string value = Direction(graph, mapped, Whitening.Offset);
        if (Classes is not null)
        {
            string logits = graph.Op("Gemm", [value, Constant(graph, Classes.Weight), graph.Constant(Classes.Bias, Classes.Count)]);
            string probabilities = Classes.IsMultiLabel ? graph.Op("Sigmoid", [logits]) : graph.Op("Softmax", [logits], ("axis", 1L));
            graph.Output(HashModelContract.ProbabilityOutput, probabilities, TensorProto.Types.DataType.Float, -1, Classes.Count);
            value = graph.Op("Concat", [probabilities, value], ("axis", 1L));
        }
        string projected = graph.Op("Gemm", [value, Constant(graph, Projection), graph.Constant(Bias, Bits)]);
        HashGraphTail.Append(graph, graph.Op("Tanh", [projected]), Bits);
        graph.Output(HashModelContract.FeatureOutput, features, TensorProto.Types.DataType.Float, -1, Mean.Length);
        HashGraphTail.Describe(graph, Bits, method);
    }

    /// <summary>The head alone as the bytes of a hash model that takes features.</summary>
    /// <param name="method">Name of the method, for the metadata.</param>
    /// <param name="metadata">Further metadata.</param>
    public byte[] ToHashModel(string method, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        var graph = new OnnxGraph("ssah");
        return ToHashModel(graph, graph.Input(HashModelContract.FeatureInput, -1, Mean.Length), method, metadata);
    }

    /// <summary>Appends the head to a graph that has the features, and gives the bytes of the hash model.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="features">Value of shape [N, d].</param>
    /// <param name="method">Name of the method, for the metadata.</param>
    /// <param name="metadata">Further metadata.</param>
    public byte[] ToHashModel(OnnxGraph graph, string features, string method, IEnumerable<KeyValuePair<string, string>>? metadata)
    {
        Append(graph, features, method);
        foreach ((string key, string value) in metadata ?? [])
            graph.Metadata(key, value);
        return graph.ToBytes();
    }

    private static string Direction(OnnxGraph graph, string value, float[] offset)
    {
        string centered = graph.Op("Sub", [value, graph.Constant(offset, 1, offset.Length)]);
        string squares = graph.Op("MatMul", [graph.Op("Mul", [centered, centered]),
            graph.Constant([.. Enumerable.Repeat(1f, offset.Length)], offset.Length, 1)]);
        // A vector of zeros has no direction; it stays one.
        string length = graph.Op("Max", [graph.Op("Sqrt", [squares]), graph.Constant([1e-12f], 1)]);
        return graph.Op("Div", [centered, length]);
    }

    private static string Constant(OnnxGraph graph, FeatureMatrix matrix) => graph.Constant(matrix.Values, matrix.Rows, matrix.Columns);
}
