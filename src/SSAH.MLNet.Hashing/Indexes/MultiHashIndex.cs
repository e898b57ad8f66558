namespace SSAH.MLNet.Hashing;

/// <summary>
/// Exact Hamming search by multi-index hashing (Norouzi, Punjani and Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", CVPR
/// 2012): codes are cut into
/// substrings, and a code near the query is near in at least one of them. Queries for which the tables would cost more than the scan fall back to it,
/// so the answers are always those of <see cref="HammingFlatIndex"/>, and the time is never much above its.
/// </summary>
/// <remarks>
/// Pays where the k-th distance is below about a sixth of the bits, as for codes of trained networks in large databases; each substring
/// costs a copy of the codes in memory, also where a file is mapped. Thread-safe as <see cref="HammingIndex"/> is.
/// </remarks>
public sealed class MultiHashIndex : HammingIndex
{
    /// <summary>Codes below which the scan wins always.</summary>
    private const int MinTableCodes = 16 * BlockLayout.Lanes;

    /// <summary>The longest code, in bits. Longer ones would need dozens of tables, each with a copy of all codes.</summary>
    public const int MaxBits = 512;

    private readonly Lock _building = new();
    private readonly int _substrings;
    private SubstringTables? _tables;

    /// <summary>Makes an empty index.</summary>
    /// <param name="bits">Code length in bits, 1 to 512.</param>
    /// <param name="substrings">Number of substrings, so that each has 1 to 26 bits; 0, the default, takes about <c>bits / log2(count)</c>.
    /// While there are few codes the index takes more than was asked for: its tables would be mostly empty. It never takes more than twice the default.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bits"/> is not in 1..512, or <paramref name="substrings"/> does not fit
    /// it.</exception>
    public MultiHashIndex(int bits, int substrings = 0)
        : base(bits)
    {
        if (bits > MaxBits)
            throw new ArgumentOutOfRangeException(
                nameof(bits), bits, $"Multi-index hashing takes codes of up to {MaxBits} bits. Longer ones are searched by {nameof(HammingFlatIndex)}.");
        if (!IsSubstringCount(bits, substrings))
        {
            int least = (bits + SubstringLayout.MaxLength - 1) / SubstringLayout.MaxLength;
            throw new ArgumentOutOfRangeException(
                nameof(substrings), substrings, $"{bits} bits can be cut into {least} to {bits} substrings (0 chooses).");
        }
        _substrings = substrings;
    }

    /// <summary>Makes an index of codes, with their rows as ids.</summary>
    /// <param name="codes">The codes; copied.</param>
    /// <param name="substrings">Number of substrings; 0 chooses.</param>
    public MultiHashIndex(BinaryCodes codes, int substrings = 0)
        : this(BitsOf(codes), substrings) => Add(codes);

    /// <summary>The number of substrings that was asked for; 0 where the index chooses.</summary>
    public int Substrings => _substrings;

    /// <summary>Builds the tables over all codes now. The index does so by itself when an eighth of its codes is new.</summary>
    public void Optimize()
    {
        lock (_building)
            Build(Store.Snapshot);
    }

    internal static bool Fits(int bits, int substrings) => bits <= MaxBits && IsSubstringCount(bits, substrings);

    private static bool IsSubstringCount(int bits, int substrings) =>
        substrings == 0 || (substrings <= bits && substrings >= (bits + SubstringLayout.MaxLength - 1) / SubstringLayout.MaxLength);

    internal int TableSlots => _tables?.Slots ?? 0;

    internal int TableCount => _tables?.Layout.Count ?? 0;

    private protected override void OnChanged()
    {
        lock (_building)
        {
            CodeSnapshot snapshot = Store.Snapshot;
            int covered = _tables is not null && _tables.Fits(snapshot) ? _tables.Slots : 0;
            if (snapshot.Slots >= MinTableCodes && snapshot.Slots - covered > Math.Max(BlockLayout.Lanes, covered / 8))
                Build(snapshot);
            else if (covered == 0)
                Volatile.Write(ref _tables, null);
        }
    }

    private protected override HammingMatch[][] FindNearest(
        BinaryCodes queries, int k, HammingSearchOptions options, CancellationToken cancellationToken)
    {
        // The tables first: the snapshot is then at least as new, and has all their slots.
        SubstringTables? tables = Volatile.Read(ref _tables);
        CodeSnapshot snapshot = Store.Snapshot;
        return tables is null || !tables.Fits(snapshot)
            ? FlatSearch.Nearest(snapshot, queries, k, options, cancellationToken)
            : new MultiHashSearch(snapshot, tables, k, radius: -1, options, cancellationToken).Run(queries);
    }

    private protected override HammingMatch[][] FindWithin(
        BinaryCodes queries, int radius, HammingSearchOptions options, CancellationToken cancellationToken)
    {
        SubstringTables? tables = Volatile.Read(ref _tables);
        CodeSnapshot snapshot = Store.Snapshot;
        return tables is null || !tables.Fits(snapshot)
            ? FlatSearch.Within(snapshot, queries, radius, options, cancellationToken)
            : new MultiHashSearch(snapshot, tables, int.MaxValue, radius, options, cancellationToken).Run(queries);
    }

    private void Build(CodeSnapshot snapshot)
    {
        int best = SubstringLayout.CountFor(Bits, snapshot.Slots), least = SubstringLayout.LeastCountFor(Bits, snapshot.Slots);
        // Each table holds a copy of all codes: many more than the best number would cost only memory, and a file could ask for any number.
        int substrings = Math.Max(_substrings > 0 ? Math.Min(_substrings, 2 * best) : best, least);
        Volatile.Write(ref _tables, SubstringTables.WholeBlocks(snapshot) == 0 ? null : new SubstringTables(snapshot, substrings));
    }
}
