using System.Numerics.Tensors;

namespace SSAH.MLNet.Evaluation;

/// <summary>Scores of the rows of a database for queries: the higher, the nearer. Immutable.</summary>
internal abstract class RowScores
{
    /// <summary>Scores some rows for some queries.</summary>
    /// <param name="queries">Rows of the queries.</param>
    /// <param name="rows">Rows of the database.</param>
    /// <param name="scores">For each query an array that takes a score for each of the rows.</param>
    public abstract void Compute(ReadOnlySpan<int> queries, ReadOnlySpan<int> rows, float[][] scores);
}

/// <summary>The inner product of vectors.</summary>
internal sealed class VectorScores(ReadOnlyMemory<float> queries, ReadOnlyMemory<float> database, int dimension) : RowScores
{
    // The rows of a block stay in the cache while each query passes over them.
    private const int BlockValues = 1 << 15;

    public override void Compute(ReadOnlySpan<int> queryRows, ReadOnlySpan<int> rows, float[][] scores)
    {
        ReadOnlySpan<float> left = queries.Span, right = database.Span;
        int block = Math.Max(1, BlockValues / dimension);
        for (int start = 0; start < rows.Length; start += block)
        {
            int end = Math.Min(start + block, rows.Length);
            for (int query = 0; query < queryRows.Length; query++)
            {
                ReadOnlySpan<float> vector = left.Slice(queryRows[query] * dimension, dimension);
                float[] own = scores[query];
                for (int place = start; place < end; place++)
                    own[place] = TensorPrimitives.Dot(vector, right.Slice(rows[place] * dimension, dimension));
            }
        }
    }
}

/// <summary>The bits that agree.</summary>
internal sealed class CodeScores(BinaryCodes queries, BinaryCodes database) : RowScores
{
    public override void Compute(ReadOnlySpan<int> queryRows, ReadOnlySpan<int> rows, float[][] scores)
    {
        ReadOnlySpan<ulong> left = queries.Words, right = database.Words;
        int words = queries.WordsPerCode;
        for (int query = 0; query < queryRows.Length; query++)
        {
            ReadOnlySpan<ulong> code = left.Slice(queryRows[query] * words, words);
            float[] own = scores[query];
            for (int place = 0; place < rows.Length; place++)
                own[place] = -TensorPrimitives.HammingBitDistance(code, right.Slice(rows[place] * words, words));
        }
    }
}
