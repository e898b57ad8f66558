namespace SSAH.MLNet.Training.Data;

/// <summary>An endless stream of rows: each pass goes over all of them in a new seeded order.</summary>
/// <param name="rows">The rows.</param>
/// <param name="newRandom">Gives a generator of the same seed each time.</param>
internal sealed class RowStream(int[] rows, Func<Random> newRandom)
{
    private readonly int[] _order = [.. rows];
    private Random _random = newRandom();
    private int _next = rows.Length;

    /// <summary>Rows drawn so far.</summary>
    public long Drawn { get; private set; }

    /// <summary>The next <paramref name="count"/> rows.</summary>
    public int[] Next(int count)
    {
        int[] result = new int[count];
        for (int i = 0; i < count; i++)
        {
            if (_next == _order.Length)
                Shuffle();
            result[i] = _order[_next++];
        }
        Drawn += count;
        return result;
    }

    /// <summary>Goes to where so many rows have been drawn, by shuffling as often as that took.</summary>
    public void Restart(long drawn)
    {
        _random = newRandom();
        rows.CopyTo(_order, 0);
        _next = _order.Length;
        Drawn = drawn;
        for (long left = drawn; left > 0; left -= _next)
        {
            Shuffle();
            _next = (int)Math.Min(left, _order.Length);
        }
    }

    private void Shuffle()
    {
        _random.Shuffle(_order);
        _next = 0;
    }
}
