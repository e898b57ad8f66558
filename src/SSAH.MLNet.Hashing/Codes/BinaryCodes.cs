using System.Runtime.InteropServices;

namespace SSAH.MLNet.Hashing;

/// <summary>
/// A growing list of binary codes of one length, in one block of memory. The order of bits is that of faiss: bit <c>i</c> of a code is
/// bit <c>i % 8</c> (least significant first) of byte <c>i / 8</c>, and the bits above the last one are zero.
/// </summary>
/// <remarks>Reading from many threads is safe as long as none adds.</remarks>
public sealed partial class BinaryCodes
{
    /// <summary>The longest code, in bits.</summary>
    public const int MaxBits = 4096;

    internal const int MaxModelIdBytes = 1024;

    private ulong[] _words;

    /// <summary>Makes an empty list of codes.</summary>
    /// <param name="bits">Code length in bits, 1 to 4,096.</param>
    /// <param name="capacity">Number of codes to make room for; the list grows by itself.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bits"/> is not in 1..4096, or <paramref name="capacity"/> is negative or
    /// too large.</exception>
    public BinaryCodes(int bits, int capacity = 0)
    {
        ThrowIfNotCodeLength(bits);
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Bits = bits;
        BytesPerCode = (bits + 7) / 8;
        WordsPerCode = (bits + 63) / 64;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Array.MaxLength / WordsPerCode);
        _words = capacity == 0 ? [] : new ulong[capacity * WordsPerCode];
    }

    /// <summary>Code length in bits, 1 to 4,096.</summary>
    public int Bits { get; }

    /// <summary>Number of codes.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of one packed code: <c>ceil(Bits / 8)</c>.</summary>
    public int BytesPerCode { get; }

    /// <summary>64-bit words of one code: <c>ceil(Bits / 64)</c>.</summary>
    public int WordsPerCode { get; }

    /// <summary>The model that made the codes, as any text that tells models apart (up to 1,024 bytes of UTF-8), or <see langword="null"/>, the
    /// default, where it is not known. It is saved with the codes; an index and a list refuse codes of another known model.</summary>
    /// <exception cref="ArgumentException">The text is empty, too long or not valid text.</exception>
    public string? ModelId
    {
        get;
        set
        {
            if (value is not null)
                TextKeys.ThrowIfUnfit(value, "The model id", MaxModelIdBytes, nameof(value));
            field = value;
        }
    }

    /// <summary>All codes, row after row, <see cref="WordsPerCode"/> words each, padded with zero bits. The span shows
    /// the list as it is: take it again after codes were added.</summary>
    public ReadOnlySpan<ulong> Words => _words.AsSpan(0, Count * WordsPerCode);

    /// <summary>The words of one code.</summary>
    /// <param name="index">Row, 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<ulong> this[int index]
    {
        get
        {
            ThrowIfNotRow(index);
            return Words.Slice(index * WordsPerCode, WordsPerCode);
        }
    }

    /// <summary>Packs codes that lie one after the other, <c>ceil(bits / 8)</c> bytes each.</summary>
    /// <param name="bits">Code length in bits, 1 to 4,096.</param>
    /// <param name="packed">The codes' bytes.</param>
    /// <exception cref="ArgumentException">The length is not a multiple of the bytes of a code, or a padding bit is set.</exception>
    public static BinaryCodes FromPacked(int bits, ReadOnlySpan<byte> packed)
    {
        var codes = new BinaryCodes(bits);
        codes.Add(packed);
        return codes;
    }

    /// <summary>Binarizes activations: a bit is 1 where the activation <c>u</c> is zero or more.</summary>
    /// <param name="bits">Code length in bits, 1 to 4,096.</param>
    /// <param name="activations">Rows of <paramref name="bits"/> activations, one row after the other.</param>
    /// <exception cref="ArgumentException">The length is not a multiple of <paramref name="bits"/>, or an activation is NaN.</exception>
    public static BinaryCodes FromActivations(int bits, ReadOnlySpan<float> activations)
    {
        ThrowIfNotCodeLength(bits);
        var codes = new BinaryCodes(bits, activations.Length / bits);
        codes.AddActivations(activations);
        return codes;
    }

    /// <summary>Binarizes activations and appends the codes: a bit is 1 where the activation is zero or more.</summary>
    /// <param name="activations">Rows of <see cref="Bits"/> activations, one row after the other.</param>
    /// <exception cref="ArgumentException">The length is not a multiple of <see cref="Bits"/>, or an activation is NaN; nothing was added.</exception>
    public void AddActivations(ReadOnlySpan<float> activations)
    {
        if (activations.Length % Bits != 0)
            throw new ArgumentException($"{activations.Length} activations are not a whole number of rows of {Bits}.", nameof(activations));
        for (int i = 0; i < activations.Length; i++)
        {
            if (float.IsNaN(activations[i]))
                throw new ArgumentException(
                    $"Activation {i % Bits} of row {i / Bits} is NaN: it has no sign to take a bit from.", nameof(activations));
        }
        int rows = activations.Length / Bits;
        Span<ulong> target = Grow(rows);
        target.Clear();
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> values = activations.Slice(row * Bits, Bits);
            Span<ulong> words = target.Slice(row * WordsPerCode, WordsPerCode);
            for (int bit = 0; bit < values.Length; bit++)
                words[bit >> 6] |= (values[bit] >= 0 ? 1UL : 0) << (bit & 63);
        }
    }

    /// <summary>Appends one or several packed codes, <see cref="BytesPerCode"/> bytes each.</summary>
    /// <param name="packed">The codes' bytes.</param>
    /// <exception cref="ArgumentException">The length is not a multiple of <see cref="BytesPerCode"/>, or a padding bit is set; nothing was
    /// added.</exception>
    public void Add(ReadOnlySpan<byte> packed)
    {
        if (packed.Length % BytesPerCode != 0)
            throw new ArgumentException($"{packed.Length} bytes are not a whole number of {Bits}-bit codes ({BytesPerCode} bytes each).",
                nameof(packed));
        int added = packed.Length / BytesPerCode;
        ThrowIfPaddingIsSet(packed, added);
        Span<ulong> target = Grow(added);
        if (BytesPerCode == WordsPerCode * sizeof(ulong) && BitConverter.IsLittleEndian)
        {
            packed.CopyTo(MemoryMarshal.AsBytes(target));
            return;
        }
        for (int row = 0; row < added; row++)
            PackedBits.ToWords(packed.Slice(row * BytesPerCode, BytesPerCode), target.Slice(row * WordsPerCode, WordsPerCode));
    }

    /// <summary>Appends all codes of another list. A list without codes takes over the other's <see cref="ModelId"/>.</summary>
    /// <param name="codes">Codes of <see cref="Bits"/> bits; the list itself may be given.</param>
    /// <exception cref="ArgumentException">The codes have another length or come from another model; nothing was added.</exception>
    public void Append(BinaryCodes codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        if (codes.Bits != Bits)
            throw new ArgumentException($"The list has {Bits}-bit codes; these have {codes.Bits} bits.", nameof(codes));
        if (ModelId is not null && codes.ModelId is not null && ModelId != codes.ModelId)
            throw new ArgumentException($"The list has codes of model '{ModelId}'; these come from model '{codes.ModelId}'. Codes of different "
                + "models cannot be compared: encode both with the same model.", nameof(codes));
        if (Count == 0)
            ModelId ??= codes.ModelId;
        int added = codes.Count;
        Span<ulong> target = Grow(added);
        codes._words.AsSpan(0, target.Length).CopyTo(target);
    }

    /// <summary>Writes the packed bytes of one code.</summary>
    /// <param name="index">Row, 0 to <see cref="Count"/> - 1.</param>
    /// <param name="destination">At least <see cref="BytesPerCode"/> bytes; the rest stays untouched.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public void CopyPacked(int index, Span<byte> destination)
    {
        ReadOnlySpan<ulong> words = this[index];
        if (destination.Length < BytesPerCode)
            throw new ArgumentException($"The destination has {destination.Length} bytes; a {Bits}-bit code needs {BytesPerCode}.",
                nameof(destination));
        PackedBits.ToBytes(words, destination[..BytesPerCode]);
    }

    /// <summary>Copies a range of codes into a new list.</summary>
    /// <param name="start">First row.</param>
    /// <param name="count">Number of rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the list.</exception>
    public BinaryCodes Slice(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count - start);
        var slice = new BinaryCodes(Bits, count) { ModelId = ModelId };
        Words.Slice(start * WordsPerCode, count * WordsPerCode).CopyTo(slice._words);
        slice.Count = count;
        return slice;
    }

    /// <summary>Appends codes as words, with their padding zero.</summary>
    internal void AddWords(ReadOnlySpan<ulong> words) => words.CopyTo(Grow(words.Length / WordsPerCode));

    internal static void ThrowIfNotCodeLength(int bits)
    {
        if (bits is < 1 or > MaxBits)
            throw new ArgumentOutOfRangeException(nameof(bits), bits, $"A code has 1 to {MaxBits} bits.");
    }

    private void ThrowIfNotRow(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} codes.");
    }

    private void ThrowIfPaddingIsSet(ReadOnlySpan<byte> packed, int rows)
    {
        int used = Bits % 8;
        if (used == 0)
            return;
        for (int row = 0; row < rows; row++)
        {
            if (packed[(row + 1) * BytesPerCode - 1] >> used != 0)
                throw new ArgumentException($"Code {row} has a bit set above its {Bits} bits: is it of another length?", nameof(packed));
        }
    }

    private Span<ulong> Grow(int added)
    {
        int start = Count * WordsPerCode;
        long needed = ((long)Count + added) * WordsPerCode;
        if (needed > Array.MaxLength)
            throw new ArgumentException($"{(long)Count + added} codes of {Bits} bits are more than one list holds: use several.", nameof(added));
        if (needed > _words.Length)
            Array.Resize(ref _words, (int)Math.Min(Array.MaxLength, Math.Max(needed, _words.Length + (long)(_words.Length / 2))));
        Count += added;
        return _words.AsSpan(start, (int)needed - start);
    }
}
