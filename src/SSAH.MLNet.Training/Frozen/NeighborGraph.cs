using System.Numerics.Tensors;
using SSAH.MLNet.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Frozen;

/// <summary>
/// The graph of near neighbors over all rows, symmetric and normalized (D^-1/2 W D^-1/2), as sparse rows. Weights are similarities to the fourth
/// power, so that the nearest count most.
/// </summary>
internal sealed class NeighborGraph
{
    private const int Neighbors = 10;
    private const int Power = 4;
    private const int BlockRows = 1024;
    private readonly int[] _starts;
    private readonly int[] _columns;
    private readonly float[] _weights;

    private NeighborGraph(int[] starts, int[] columns, float[] weights) => (_starts, _columns, _weights) = (starts, columns, weights);

    /// <summary>Number of rows.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Finds each row's ten nearest others by cosine.</summary>
    /// <param name="directions">[n, d], rows of length 1.</param>
    /// <param name="cancellation">Ends the search between two blocks of rows.</param>
    public static NeighborGraph Build(FeatureMatrix directions, CancellationToken cancellation)
    {
        int count = Math.Min(Neighbors, directions.Rows - 1);
        var edges = new List<(int Row, int Column, float Weight)>(2 * directions.Rows * count);
        using (var all = tensor(directions.Values, directions.Rows, directions.Columns))
        {
            for (int start = 0; start < directions.Rows; start += BlockRows)
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                int rows = Math.Min(BlockRows, directions.Rows - start);
                // One more than wanted: the row itself is among them.
                var (similarities, indices) = all.narrow(0, start, rows).mm(all.t()).topk(count + 1);
                float[] similarity = [.. similarities.data<float>()];
                long[] found = [.. indices.data<long>()];
                for (int row = 0; row < rows; row++)
                    AddEdges(edges, start + row, similarity.AsSpan(row * (count + 1), count + 1), found.AsSpan(row * (count + 1), count + 1));
            }
        }
        return Normalized(directions.Rows, edges);
    }

    /// <summary>The graph times values [n, k].</summary>
    public void Multiply(FeatureMatrix values, FeatureMatrix result) => Parallel.For(0, Count, row =>
    {
        Span<float> target = result.Row(row);
        target.Clear();
        for (int i = _starts[row]; i < _starts[row + 1]; i++)
            TensorPrimitives.MultiplyAdd(values.Row(_columns[i]), _weights[i], target, target);
    });

    private static void AddEdges(List<(int Row, int Column, float Weight)> edges, int row, ReadOnlySpan<float> similarity, ReadOnlySpan<long> found)
    {
        for (int i = 0; i < found.Length; i++)
        {
            float weight = MathF.Pow(Math.Max(0, similarity[i]), Power);
            if (found[i] == row || weight == 0)
                continue;
            edges.Add((row, (int)found[i], weight));
            edges.Add(((int)found[i], row, weight));
        }
    }

    // Two rows that are each other's neighbors have the edge twice, which counts double.
    private static NeighborGraph Normalized(int count, List<(int Row, int Column, float Weight)> edges)
    {
        int[] starts = new int[count + 1];
        double[] degree = new double[count];
        foreach (var (row, _, weight) in edges)
        {
            starts[row + 1]++;
            degree[row] += weight;
        }
        for (int row = 0; row < count; row++)
            starts[row + 1] += starts[row];
        int[] columns = new int[edges.Count], next = [.. starts];
        float[] weights = new float[edges.Count];
        foreach (var (row, column, weight) in edges)
        {
            columns[next[row]] = column;
            weights[next[row]++] = (float)(weight / Math.Sqrt(degree[row] * degree[column]));
        }
        return new NeighborGraph(starts, columns, weights);
    }
}
