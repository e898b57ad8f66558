using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace SSAH.MLNet.Features;

/// <summary>
/// Feature vectors, one per row, and the few products that hashing needs of them. Rows are worked on in parallel; sums are in the order of the rows, so
/// that a result does not depend on the threads.
/// </summary>
internal sealed class FeatureMatrix
{
    private const int RowsPerTask = 64;

    // Fixed, so that sums are added in the same order whatever the number of processors.
    private const int LargestPartCount = 8;

    public FeatureMatrix(int rows, int columns)
        : this(rows, columns, new float[(long)rows * columns])
    {
    }

    public FeatureMatrix(int rows, int columns, float[] values)
    {
        if (values.LongLength != (long)rows * columns)
            throw new ArgumentException($"{values.LongLength} values do not fill {rows} x {columns}.", nameof(values));
        (Rows, Columns, Values) = (rows, columns, values);
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Row after row.</summary>
    public float[] Values { get; }

    /// <summary>Whether no row differs from another.</summary>
    public bool HasEqualRows => Enumerable.Range(1, Math.Max(0, Rows - 1)).All(row => Row(row).SequenceEqual(Row(0)));

    public Span<float> Row(int row) => Values.AsSpan(checked((int)((long)row * Columns)), Columns);

    /// <summary>A copy of rows that follow each other.</summary>
    public FeatureMatrix Slice(int start, int count)
    {
        var slice = new FeatureMatrix(count, Columns);
        Array.Copy(Values, (long)start * Columns, slice.Values, 0, slice.Values.LongLength);
        return slice;
    }

    /// <summary>A copy of some rows.</summary>
    public FeatureMatrix Take(ReadOnlySpan<int> rows)
    {
        var taken = new FeatureMatrix(rows.Length, Columns);
        for (int i = 0; i < rows.Length; i++)
            Row(rows[i]).CopyTo(taken.Row(i));
        return taken;
    }

    /// <summary>At most <paramref name="count"/> rows, drawn by the seed, in the order of their numbers.</summary>
    public FeatureMatrix Sample(int count, int seed)
    {
        if (Rows <= count)
            return this;
        int[] rows = [.. Enumerable.Range(0, Rows)];
        new Random(seed).Shuffle(rows);
        Array.Sort(rows, 0, count);
        return Take(rows.AsSpan(0, count));
    }

    /// <summary>Mean of the rows.</summary>
    public float[] Mean()
    {
        var sum = new double[Columns];
        for (int row = 0; row < Rows; row++)
        {
            ReadOnlySpan<float> values = Row(row);
            for (int i = 0; i < values.Length; i++)
                sum[i] += values[i];
        }
        return [.. sum.Select(s => (float)(s / Math.Max(1, Rows)))];
    }

    /// <summary>Takes a vector off every row and brings each to length 1; a row of zeros stays one.</summary>
    public FeatureMatrix Directions(float[] offset, CancellationToken cancellation = default)
    {
        var result = new FeatureMatrix(Rows, Columns);
        DirectTo(result, offset, cancellation);
        return result;
    }

    /// <summary>The mean of several matrices of one shape, each row brought to length 1; of one, itself.</summary>
    public static FeatureMatrix MeanDirections(params ReadOnlySpan<FeatureMatrix> each)
    {
        if (each.Length == 1)
            return each[0];
        var sum = new FeatureMatrix(each[0].Rows, each[0].Columns);
        foreach (FeatureMatrix matrix in each)
            TensorPrimitives.Add(sum.Values, matrix.Values, sum.Values);
        sum.DirectTo(sum, new float[sum.Columns], cancellation: default);
        return sum;
    }

    /// <summary>This [n, d] times <paramref name="right"/> [d, k].</summary>
    public FeatureMatrix Times(FeatureMatrix right, CancellationToken cancellation = default)
    {
        var result = new FeatureMatrix(Rows, right.Columns);
        ForRows(Rows, row =>
        {
            ReadOnlySpan<float> left = Row(row);
            Span<float> target = result.Row(row);
            for (int i = 0; i < left.Length; i++)
                if (left[i] != 0)
                    TensorPrimitives.MultiplyAdd(right.Row(i), left[i], target, target);
        }, cancellation);
        return result;
    }

    /// <summary>The transpose of this [n, d] times <paramref name="right"/> [n, k]: [d, k].</summary>
    public FeatureMatrix TransposedTimes(FeatureMatrix right, CancellationToken cancellation = default)
    {
        int parts = Math.Clamp(Rows / RowsPerTask, 1, LargestPartCount);
        var sums = new FeatureMatrix[parts];
        Parallel.For(0, parts, new ParallelOptions { CancellationToken = cancellation }, part =>
        {
            var sum = new FeatureMatrix(Columns, right.Columns);
            for (int row = (int)((long)Rows * part / parts); row < (int)((long)Rows * (part + 1) / parts); row++)
            {
                cancellation.ThrowIfCancellationRequested();
                ReadOnlySpan<float> left = Row(row), values = right.Row(row);
                for (int column = 0; column < left.Length; column++)
                    if (left[column] != 0)
                        TensorPrimitives.MultiplyAdd(values, left[column], sum.Row(column), sum.Row(column));
            }
            sums[part] = sum;
        });
        FeatureMatrix result = sums[0];
        foreach (FeatureMatrix sum in sums[1..])
            TensorPrimitives.Add(result.Values, sum.Values, result.Values);
        return result;
    }

    /// <summary>Eigenvectors of this symmetric matrix as columns, the largest eigenvalue first.</summary>
    public (double[] Values, Matrix<double> Vectors) Eigen(CancellationToken cancellation = default)
    {
        var symmetric = Matrix<double>.Build.Dense(Rows, Columns, (row, column) => 0.5 * (Row(row)[column] + Row(column)[row]));
        var found = Abandoning(() => symmetric.Evd(Symmetricity.Symmetric), cancellation);
        int last = Rows - 1;
        // MathNet gives them in ascending order.
        return ([.. found.EigenValues.Reverse().Select(value => value.Real)],
            Matrix<double>.Build.Dense(Rows, Columns, (row, column) => found.EigenVectors[row, last - column]));
    }

    /// <summary>
    /// Runs a decomposition of MathNet, which looks at no token and takes a minute for 2,048 dimensions: who cancels does not wait for its end.
    /// </summary>
    public static T Abandoning<T>(Func<T> decompose, CancellationToken cancellation) =>
        cancellation.CanBeCanceled ? Task.Run(decompose, cancellation).WaitAsync(cancellation).GetAwaiter().GetResult() : decompose();

    public static FeatureMatrix From(Matrix<double> matrix)
    {
        var result = new FeatureMatrix(matrix.RowCount, matrix.ColumnCount);
        for (int row = 0; row < result.Rows; row++)
            for (int column = 0; column < result.Columns; column++)
                result.Row(row)[column] = (float)matrix[row, column];
        return result;
    }

    private void DirectTo(FeatureMatrix result, float[] offset, CancellationToken cancellation) => ForRows(Rows, row =>
    {
        Span<float> target = result.Row(row);
        TensorPrimitives.Subtract(Row(row), offset, target);
        float length = TensorPrimitives.Norm<float>(target);
        if (length > 0)
            TensorPrimitives.Divide(target, length, target);
    }, cancellation);

    private static void ForRows(int count, Action<int> work, CancellationToken cancellation) =>
        Parallel.For(0, (count + RowsPerTask - 1) / RowsPerTask, new ParallelOptions { CancellationToken = cancellation }, task =>
        {
            for (int row = task * RowsPerTask; row < Math.Min(count, (task + 1) * RowsPerTask); row++)
                work(row);
        });
}
