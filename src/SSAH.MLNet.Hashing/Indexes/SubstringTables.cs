namespace SSAH.MLNet.Hashing;

/// <summary>The tables of all substrings over the first slots of a store. Immutable.</summary>
internal sealed class SubstringTables
{
    private readonly SubstringTable[] _tables;
    private readonly CodeSegment _firstSegment;

    /// <summary>Builds the tables over the whole blocks of a snapshot; the codes behind them are left to the scan.</summary>
    public SubstringTables(CodeSnapshot snapshot, int substrings)
    {
        Slots = WholeBlocks(snapshot);
        Layout = new SubstringLayout(snapshot.Layout.Bits, substrings);
        _firstSegment = snapshot.Segments[0];
        _tables = new SubstringTable[substrings];
        Parallel.For(0, substrings, i => _tables[i] = new SubstringTable(Layout, i, snapshot, Slots));
    }

    public SubstringLayout Layout { get; }

    /// <summary>Number of slots that the tables cover.</summary>
    public int Slots { get; }

    public SubstringTable this[int substring] => _tables[substring];

    public static int WholeBlocks(CodeSnapshot snapshot) => snapshot.Slots / BlockLayout.Lanes * BlockLayout.Lanes;

    /// <summary>Whether the slots mean the same codes in a snapshot: a store that was rewritten has new segments.</summary>
    public bool Fits(CodeSnapshot snapshot) =>
        snapshot.Segments.Length > 0 && ReferenceEquals(_firstSegment, snapshot.Segments[0]) && Slots <= snapshot.Slots;
}
