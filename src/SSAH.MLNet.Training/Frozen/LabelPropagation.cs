using System.Numerics.Tensors;
using SSAH.MLNet.Features;

namespace SSAH.MLNet.Training.Frozen;

/// <summary>
/// Spreads labels over the graph: F = (I - alpha S)^-1 Y (Zhou et al., "Learning with Local and Global Consistency", NeurIPS 2003), by conjugate gradients.
/// </summary>
internal static class LabelPropagation
{
    private const int Iterations = 60;
    private const double Tolerance = 1e-6;

    /// <summary>Solves for every column at once.</summary>
    /// <param name="graph">S.</param>
    /// <param name="start">Y, [n, k], not negative.</param>
    /// <param name="alpha">Share that a row takes from its neighbors, 0 to 1.</param>
    /// <param name="cancellation">Ends the solution between two iterations.</param>
    /// <returns>F, [n, k], not negative.</returns>
    public static FeatureMatrix Spread(NeighborGraph graph, FeatureMatrix start, float alpha, CancellationToken cancellation)
    {
        int columns = start.Columns;
        var solution = new FeatureMatrix(start.Rows, columns);
        var residual = new FeatureMatrix(start.Rows, columns, [.. start.Values]);
        var direction = new FeatureMatrix(start.Rows, columns, [.. start.Values]);
        var product = new FeatureMatrix(start.Rows, columns);
        double[] squares = Dots(residual, residual), first = squares;
        for (int i = 0; i < Iterations; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            graph.Multiply(direction, product);
            for (int v = 0; v < product.Values.Length; v++)
                product.Values[v] = direction.Values[v] - alpha * product.Values[v];
            double[] curvature = Dots(direction, product);
            AddScaled(solution, direction, [.. squares.Zip(curvature, Ratio)]);
            AddScaled(residual, product, [.. squares.Zip(curvature, (s, c) => -Ratio(s, c))]);
            double[] next = Dots(residual, residual);
            if (next.Zip(first).All(pair => pair.First <= Tolerance * Tolerance * pair.Second))
                break;
            float[] factors = [.. next.Zip(squares, Ratio)];
            for (int row = 0; row < direction.Rows; row++)
                TensorPrimitives.MultiplyAdd(direction.Row(row), factors, residual.Row(row), direction.Row(row));
            squares = next;
        }
        TensorPrimitives.Max(solution.Values, 0f, solution.Values);
        return solution;
    }

    private static float Ratio(double numerator, double denominator) => denominator > 0 ? (float)(numerator / denominator) : 0;

    private static double[] Dots(FeatureMatrix left, FeatureMatrix right)
    {
        var sums = new double[left.Columns];
        for (int row = 0; row < left.Rows; row++)
        {
            ReadOnlySpan<float> a = left.Row(row), b = right.Row(row);
            for (int column = 0; column < sums.Length; column++)
                sums[column] += (double)a[column] * b[column];
        }
        return sums;
    }

    private static void AddScaled(FeatureMatrix target, FeatureMatrix values, float[] factors)
    {
        for (int row = 0; row < target.Rows; row++)
            TensorPrimitives.MultiplyAdd(values.Row(row), factors, target.Row(row), target.Row(row));
    }
}
