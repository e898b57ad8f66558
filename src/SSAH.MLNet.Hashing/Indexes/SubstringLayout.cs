using System.Numerics;

namespace SSAH.MLNet.Hashing;

/// <summary>How codes are cut into m substrings of nearly equal length, and the bit masks of every small radius over one.</summary>
internal sealed class SubstringLayout
{
    /// <summary>Longer substrings would make tables of more buckets than any list of codes fills.</summary>
    public const int MaxLength = 26;

    /// <summary>More probes of one table than this always cost more than a scan.</summary>
    private const long MaxMasks = 1 << 18;

    private readonly int[] _starts;
    private readonly int[] _lengths;
    private readonly Dictionary<int, uint[][]> _masks = [];

    public SubstringLayout(int bits, int substrings)
    {
        _starts = new int[substrings];
        _lengths = new int[substrings];
        for (int i = 0, start = 0; i < substrings; start += _lengths[i++])
        {
            _starts[i] = start;
            _lengths[i] = bits / substrings + (i < bits % substrings ? 1 : 0);
            if (!_masks.ContainsKey(_lengths[i]))
                _masks.Add(_lengths[i], MasksOf(_lengths[i]));
        }
    }

    public int Count => _starts.Length;

    public int Length(int substring) => _lengths[substring];

    /// <summary>The number of substrings where none is asked for: substrings of about log2(n) bits, so that a bucket holds about one code
    /// (Norouzi et al. 2012, section 3.3).</summary>
    public static int CountFor(int bits, int codes)
    {
        double length = Math.Clamp(Math.Log2(Math.Max(2, codes)), 8, MaxLength);
        return Math.Clamp((int)Math.Round(bits / length), Math.Max(1, (bits + MaxLength - 1) / MaxLength), bits);
    }

    /// <summary>The fewest substrings that are sensible: a table has at most about sixteen buckets for each code, so a file cannot ask for
    /// buckets beyond its size.</summary>
    public static int LeastCountFor(int bits, int codes)
    {
        int length = Math.Min(MaxLength, 4 + BitOperations.Log2((uint)Math.Max(256, codes)));
        return (bits + length - 1) / length;
    }

    /// <summary>The bits of a substring.</summary>
    public uint Key(ReadOnlySpan<ulong> code, int substring)
    {
        int start = _starts[substring], length = _lengths[substring], word = start >> 6, shift = start & 63;
        ulong bits = code[word] >> shift;
        if (shift + length > 64)
            bits |= code[word + 1] << (64 - shift);
        return (uint)(bits & ((1UL << length) - 1));
    }

    /// <summary>All masks of <paramref name="radius"/> ones over a substring; <see langword="null"/> where they are too many to be of use.</summary>
    public uint[]? Masks(int substring, int radius)
    {
        uint[][] masks = _masks[_lengths[substring]];
        return radius < masks.Length ? masks[radius] : radius > _lengths[substring] ? [] : null;
    }

    private static uint[][] MasksOf(int length)
    {
        var all = new List<uint[]> { new uint[] { 0 } };
        long count = 1;
        for (int ones = 1; ones <= length; ones++)
        {
            count = count * (length - ones + 1) / ones;
            if (count > MaxMasks)
                break;
            var masks = new uint[count];
            ulong mask = (1UL << ones) - 1;
            for (int i = 0; i < masks.Length; i++)
            {
                masks[i] = (uint)mask;
                // The next number with as many ones (Gosper's hack).
                ulong carry = mask + (mask & (~mask + 1));
                mask = carry | (((carry ^ mask) >> 2) >> BitOperations.TrailingZeroCount(mask));
            }
            all.Add(masks);
        }
        return [.. all];
    }
}
