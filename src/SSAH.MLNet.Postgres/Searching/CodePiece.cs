using System.Globalization;

namespace SSAH.MLNet.Postgres.Searching;

/// <summary>Consecutive bits of a code, as a number that a B-tree index has: the first bit is the most significant, as in PostgreSQL's bit strings.</summary>
/// <param name="Start">Its first bit.</param>
/// <param name="Length">Number of bits.</param>
internal readonly record struct CodePiece(int Start, int Length)
{
    // 65,536 buckets: few codes in each of them up to some millions of rows, and few neighbors to look up.
    private const int Bits = 16;

    /// <summary>Cuts codes into pieces of at most 16 bits and nearly equal length.</summary>
    public static CodePiece[] Of(int bits)
    {
        int count = (bits + Bits - 1) / Bits;
        return [.. Enumerable.Range(0, count).Select(i => new CodePiece(bits * i / count, (bits * (i + 1) / count) - (bits * i / count)))];
    }

    /// <summary>The piece of a column, as an expression. Text of the expression and of the index must be the same.</summary>
    public string Sql(string column) => string.Create(CultureInfo.InvariantCulture,
        $"(substring({column} from {Start + 1} for {Length})::bit({Length})::integer)");

    /// <summary>The piece of a packed code.</summary>
    public int KeyOf(byte[] code)
    {
        int key = 0;
        for (int bit = Start; bit < Start + Length; bit++)
            key = (key << 1) | ((code[bit / 8] >> (bit % 8)) & 1);
        return key;
    }

    /// <summary>All keys that differ from one in at most some bits, or null where they are more than a limit.</summary>
    public int[]? Near(int key, int radius, int limit)
    {
        if (Count(radius) > limit)
            return null;
        var keys = new List<int> { key };
        for (int flips = 1, first = 0; flips <= radius && flips <= Length; flips++)
        {
            // Each set of flipped bits once: only bits above the highest one that is flipped already.
            int end = keys.Count;
            for (int i = first; i < end; i++)
                for (int bit = 32 - int.LeadingZeroCount(keys[i] ^ key); bit < Length; bit++)
                    keys.Add(keys[i] ^ (1 << bit));
            first = end;
        }
        return [.. keys];
    }

    /// <summary>How many keys differ in at most some bits.</summary>
    public long Count(int radius)
    {
        long sum = 1, binomial = 1;
        for (int flips = 1; flips <= radius && flips <= Length; flips++)
            sum += binomial = binomial * (Length - flips + 1) / flips;
        return sum;
    }
}
