namespace SSAH.MLNet.Training.Data;

/// <summary>An endless stream of rows: each pass goes over all of them in a new seeded order.</summary>
internal sealed class RowStream(int[] rows, Random random)
{
    private readonly int[] _order = [.. rows];
    private int _next = rows.Length;

    /// <summary>The next <paramref name="count"/> rows.</summary>
    public int[] Next(int count)
    {
        int[] result = new int[count];
        for (int i = 0; i < count; i++)
        {
            if (_next == _order.Length)
            {
                random.Shuffle(_order);
                _next = 0;
            }
            result[i] = _order[_next++];
        }
        return result;
    }
}
