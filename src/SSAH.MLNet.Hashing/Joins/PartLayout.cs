namespace SSAH.MLNet.Hashing;

/// <summary>
/// How a join cuts codes. With radius r and r + c parts, two codes within the radius agree on at least c parts; a pass sorts the codes by c of the
/// parts together, and there is a pass for each choice of c.
/// </summary>
internal sealed class PartLayout
{
    private const int MaxKeyBits = 24;
    private const int MaxAgreeing = 4;

    // Of one processor core; they decide only which way is taken, never what is found.
    private const double NanosecondsPerComparison = 0.7;
    private const double NanosecondsPerSortedRow = 50;

    private readonly int[] _starts;
    private readonly int _length;

    private PartLayout(int bits, int parts, int agreeing)
    {
        _starts = [.. Enumerable.Range(0, parts).Select(part => (int)((long)part * bits / parts))];
        _length = agreeing == 0 ? 0 : Math.Min(bits / parts, MaxKeyBits / agreeing);
        KeyBits = _length * agreeing;
        Passes = [.. Choices(parts, agreeing)];
    }

    /// <summary>Bits of a pass's key.</summary>
    public int KeyBits { get; }

    /// <summary>The parts of each pass's key, ascending.</summary>
    public int[][] Passes { get; }

    /// <summary>The layout that promises the least work for codes that are spread evenly.</summary>
    public static PartLayout For(int bits, int radius, int count)
    {
        // Without a key there is one pass over all pairs.
        var best = (Cost: (double)count * count / 2 * NanosecondsPerComparison, Parts: 1, Agreeing: 0);
        double passes = 1;
        for (int agreeing = 1; agreeing <= MaxAgreeing && radius + agreeing <= bits; agreeing++)
        {
            int parts = radius + agreeing;
            passes *= (double)parts / agreeing;
            int keyBits = Math.Min(bits / parts, MaxKeyBits / agreeing) * agreeing;
            double compared = (double)count * count / 2 / Math.Pow(2, keyBits);
            double cost = passes * (compared * NanosecondsPerComparison + count * NanosecondsPerSortedRow + Math.Pow(2, keyBits));
            if (cost < best.Cost)
                best = (cost, parts, agreeing);
        }
        return new PartLayout(bits, best.Parts, best.Agreeing);
    }

    /// <summary>The key of a pass: the bits of its parts, one after the other.</summary>
    public unsafe uint Key(ulong* code, int[] pass)
    {
        uint key = 0;
        foreach (int part in pass)
            key = (key << _length) | Part(code, part);
        return key;
    }

    /// <summary>Whether a pass is the first in which two codes of equal key meet: they agree on no part before its last one but its own.</summary>
    public unsafe bool IsFirst(ulong* left, ulong* right, int[] pass)
    {
        int own = 0;
        for (int part = 0; own < pass.Length; part++)
        {
            if (part == pass[own])
                own++;
            else if (Part(left, part) == Part(right, part))
                return false;
        }
        return true;
    }

    private unsafe uint Part(ulong* code, int part)
    {
        int start = _starts[part], word = start >> 6, shift = start & 63;
        ulong bits = code[word] >> shift;
        if (shift + _length > 64)
            bits |= code[word + 1] << (64 - shift);
        return (uint)(bits & ((1UL << _length) - 1));
    }

    private static IEnumerable<int[]> Choices(int parts, int agreeing)
    {
        int[] choice = [.. Enumerable.Range(0, agreeing)];
        while (true)
        {
            yield return [.. choice];
            int last = agreeing - 1;
            while (last >= 0 && choice[last] == parts - agreeing + last)
                last--;
            if (last < 0)
                yield break;
            choice[last]++;
            for (int i = last + 1; i < agreeing; i++)
                choice[i] = choice[i - 1] + 1;
        }
    }
}
