namespace SSAH.MLNet.Evaluation;

/// <summary>AP after the head of the stable order is sorted anew by the inner product of real-valued queries with the codes as -1 and 1.</summary>
internal sealed class AsymmetricReranking(EvaluationPlan plan, int depth)
{
    private readonly List<(float Score, int Row)> _head = [];
    private readonly float[] _products = new float[plan.Database.BytesPerCode * 256];

    /// <summary>AP of the whole ranking.</summary>
    /// <param name="query">Row of the query.</param>
    /// <param name="ranking">Its ranking.</param>
    /// <param name="sumBeyondHead">Sum of the precisions at relevant rows after the head, whose ranks do not change.</param>
    public double AveragePrecision(int query, QueryRanking ranking, double sumBeyondHead)
    {
        if (ranking.RelevantRows.IsEmpty)
            return 0;
        FillProducts(plan.Options.QueryActivations.Span.Slice(query * plan.Bits, plan.Bits));
        TakeHead(ranking);
        _head.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Row.CompareTo(b.Row));
        double sum = sumBeyondHead;
        int found = 0;
        for (int i = 0; i < _head.Count; i++)
            if (ranking.Marks[_head[i].Row] != 0)
                sum += (double)++found / (i + 1);
        return sum / ranking.RelevantRows.Length;
    }

    private void TakeHead(QueryRanking ranking)
    {
        _head.Clear();
        int last = 0, below = 0;
        while (last < plan.Bits && below + ranking.All[last] < depth)
            below += ranking.All[last++];
        // All rows nearer than the last distance, and the first rows of that distance, in row order.
        int rest = depth - below;
        for (int row = 0; row < ranking.Distances.Length; row++)
        {
            int distance = ranking.Distances[row];
            if (row != ranking.Self && (distance < last || (distance == last && rest-- > 0)))
                _head.Add((Score(plan.Database[plan.RankedRows[row]]), row));
        }
    }

    /// <summary>For each byte position and byte value the part of the inner product: a look-up a byte instead of eight additions.</summary>
    private void FillProducts(ReadOnlySpan<float> activations)
    {
        for (int position = 0; position < plan.Database.BytesPerCode; position++)
        {
            ReadOnlySpan<float> eight = activations[(position * 8)..Math.Min(position * 8 + 8, activations.Length)];
            for (int value = 0; value < 256; value++)
            {
                float sum = 0;
                for (int bit = 0; bit < eight.Length; bit++)
                    sum += (value >> bit & 1) != 0 ? eight[bit] : -eight[bit];
                _products[position * 256 + value] = sum;
            }
        }
    }

    private float Score(ReadOnlySpan<ulong> words)
    {
        float sum = 0;
        for (int position = 0; position < plan.Database.BytesPerCode; position++)
            sum += _products[position * 256 + (byte)(words[position / 8] >> (position % 8 * 8))];
        return sum;
    }
}
