namespace SSAH.MLNet.Hashing;

/// <summary>
/// The codes of an index with their ids. One writer at a time (a lock) appends behind what readers see and then publishes a new
/// <see cref="CodeSnapshot"/>; readers take the snapshot and need no lock.
/// </summary>
internal sealed class CodeStore
{
    private const int MaxSegmentBlocks = 4096;

    private readonly Lock _writer = new();
    private readonly BlockLayout _layout;
    private CodeSnapshot _snapshot;
    private long _nextId;

    /// <summary>Slots by id, for ids that do not ascend; only the living ones.</summary>
    private Dictionary<long, int>? _slotOf;

    public CodeStore(int bits)
    {
        BinaryCodes.ThrowIfNotCodeLength(bits);
        _layout = new BlockLayout(bits);
        _snapshot = new CodeSnapshot { Layout = _layout, Segments = [], Slots = 0, Ids = null, IdsAscend = true, Alive = null, Count = 0 };
    }

    public BlockLayout Layout => _layout;

    public CodeSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>The id that the next code gets where none is given: one more than the largest ever used.</summary>
    public long NextId => Volatile.Read(ref _nextId);

    /// <summary>The snapshot and the next id of one moment.</summary>
    public CodeSnapshot SnapshotWithNextId(out long nextId)
    {
        lock (_writer)
        {
            nextId = _nextId;
            return _snapshot;
        }
    }

    /// <summary>Appends codes under ids that follow the largest ever used, and returns the first.</summary>
    public long Add(BinaryCodes codes)
    {
        ThrowIfOtherLength(codes);
        lock (_writer)
        {
            if (_nextId > long.MaxValue - codes.Count)
                throw new InvalidOperationException("Automatic ids have run out after an id near the largest long: give the ids yourself.");
            long first = _nextId;
            CodeSnapshot old = _snapshot;
            // Removed ids are never given again, so an id equals its slot until the first gap.
            long[]? ids = old.Ids is null && first == old.Slots ? null : GrownIds(old, codes.Count);
            for (int i = 0; ids is not null && i < codes.Count; i++)
            {
                ids[old.Slots + i] = first + i;
                _slotOf?.Add(first + i, old.Slots + i);
            }
            Append(codes, ids, old.IdsAscend);
            return first;
        }
    }

    /// <summary>Appends codes under given ids.</summary>
    public void Add(BinaryCodes codes, ReadOnlySpan<long> ids)
    {
        ThrowIfOtherLength(codes);
        if (ids.Length != codes.Count)
            throw new ArgumentException($"There are {codes.Count} codes but {ids.Length} ids.", nameof(ids));
        lock (_writer)
        {
            CodeSnapshot old = _snapshot;
            bool ascend = old.IdsAscend && Ascends(ids, old.Slots == 0 ? -1 : old.IdOf(old.Slots - 1));
            if (!ascend)
                IndexIds(old, ids);
            long[] grown = GrownIds(old, ids.Length);
            ids.CopyTo(grown.AsSpan(old.Slots));
            Append(codes, grown, ascend);
        }
    }

    /// <summary>Removes the codes of these ids; ids that are not there are ignored. Returns how many were removed.</summary>
    public int Remove(ReadOnlySpan<long> ids)
    {
        lock (_writer)
        {
            CodeSnapshot old = _snapshot;
            ulong[]? alive = null;
            int removed = 0;
            foreach (long id in ids)
            {
                int slot = FindLiving(id);
                if (slot < 0 || (alive is not null && (alive[slot >> 6] >> (slot & 63) & 1) == 0))
                    continue;
                alive ??= CopyAlive(old);
                alive[slot >> 6] &= ~(1UL << (slot & 63));
                _slotOf?.Remove(id);
                removed++;
            }
            if (removed == 0)
                return 0;
            var next = new CodeSnapshot
            {
                Layout = _layout, Segments = old.Segments, Slots = old.Slots, Ids = old.Ids, IdsAscend = old.IdsAscend,
                Alive = alive, Count = old.Count - removed,
            };
            // The removed codes cost memory and scan time until the store is rewritten; a quarter of waste pays for the rewriting.
            bool rewrite = next.Slots - next.Count > Math.Max(BlockLayout.Lanes, next.Slots / 4);
            Publish(rewrite ? Rewritten(next) : next);
            return removed;
        }
    }

    public bool Contains(long id)
    {
        lock (_writer)
            return FindLiving(id) >= 0;
    }

    /// <summary>Writes the packed bytes of the code with this id, if it is there.</summary>
    public bool TryReconstruct(long id, Span<byte> destination)
    {
        lock (_writer)
        {
            int slot = FindLiving(id);
            if (slot < 0)
                return false;
            CodeSegment segment = _snapshot.SegmentOf(slot);
            PackedBits.ToBytes(segment.Row(slot - segment.FirstSlot), destination);
            segment.KeepAlive();
            return true;
        }
    }

    /// <summary>Takes over the parts of a saved index into this empty store: rows in memory that their owner keeps, and their ids.</summary>
    public unsafe void Load(ulong* rows, int count, object owner, long[]? ids, long nextId)
    {
        int whole = count / BlockLayout.Lanes;
        var segments = new List<CodeSegment>();
        for (int block = 0; block < whole; block += MaxSegmentBlocks)
        {
            int blocks = Math.Min(MaxSegmentBlocks, whole - block);
            segments.Add(CodeSegment.OverRows(_layout, block * BlockLayout.Lanes, blocks, rows + (long)block * _layout.BlockRowWords, owner));
        }
        int left = count - whole * BlockLayout.Lanes;
        if (left > 0)
        {
            // The last block is copied: it has to take the codes that are added next.
            CodeSegment last = CodeSegment.Create(_layout, whole * BlockLayout.Lanes, 1);
            last.Write(0, new ReadOnlySpan<ulong>(rows + (long)whole * _layout.BlockRowWords, left * _layout.WordsPerCode));
            segments.Add(last);
        }
        bool ascend = ids is null || Ascends(ids, -1);
        if (!ascend)
            IndexIds(_snapshot, ids);
        _nextId = nextId;
        Publish(new CodeSnapshot
        {
            Layout = _layout, Segments = [.. segments], Slots = count, Ids = ids, IdsAscend = ascend, Alive = null, Count = count,
        });
    }

    private void ThrowIfOtherLength(BinaryCodes codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        if (codes.Bits != _layout.Bits)
            throw new ArgumentException($"The index has {_layout.Bits}-bit codes; these have {codes.Bits} bits.", nameof(codes));
    }

    private static bool Ascends(ReadOnlySpan<long> ids, long last)
    {
        foreach (long id in ids)
        {
            if (id <= last)
                return false;
            last = id;
        }
        return true;
    }

    /// <summary>Enters ids that do not ascend into the dictionary, or throws with the dictionary as it was.</summary>
    private void IndexIds(CodeSnapshot old, ReadOnlySpan<long> ids)
    {
        Dictionary<long, int> slotOf = _slotOf ?? [];
        for (int slot = 0; _slotOf is null && slot < old.Slots; slot++)
        {
            if (old.IsAlive(slot))
                slotOf.Add(old.IdOf(slot), slot);
        }
        for (int i = 0; i < ids.Length; i++)
        {
            if (ids[i] >= 0 && slotOf.TryAdd(ids[i], old.Slots + i))
                continue;
            for (int undo = 0; undo < i; undo++)
                slotOf.Remove(ids[undo]);
            throw new ArgumentException(ids[i] < 0 ? $"Id {ids[i]} is negative." : $"Id {ids[i]} is in use already: remove it first.", nameof(ids));
        }
        _slotOf = slotOf;
    }

    private int FindLiving(long id)
    {
        if (_slotOf is not null)
            return _slotOf.TryGetValue(id, out int found) ? found : -1;
        int slot = _snapshot.FindAscending(id);
        return slot >= 0 && _snapshot.IsAlive(slot) ? slot : -1;
    }

    private static long[] GrownIds(CodeSnapshot old, int added)
    {
        int needed = checked(old.Slots + added);
        if (old.Ids is not null && old.Ids.Length >= needed)
            return old.Ids;
        var ids = new long[(int)Math.Min(Array.MaxLength, Math.Max(needed, old.Slots + (long)(old.Slots / 2)))];
        for (int slot = 0; slot < old.Slots; slot++)
            ids[slot] = old.IdOf(slot);
        return ids;
    }

    private void Append(BinaryCodes codes, long[]? ids, bool ascend)
    {
        CodeSnapshot old = _snapshot;
        CodeSegment[] segments = WriteRows(old.Segments, old.Slots, codes.Words);
        int slots = checked(old.Slots + codes.Count);
        for (int slot = old.Slots; slot < slots; slot++)
            _nextId = Math.Max(_nextId, (ids is null ? slot : ids[slot]) is var id && id < long.MaxValue ? id + 1 : id);
        Publish(new CodeSnapshot
        {
            Layout = _layout, Segments = segments, Slots = slots, Ids = ids, IdsAscend = ascend, Count = old.Count + codes.Count,
            Alive = old.Alive is null ? null : GrownAlive(old, slots),
        });
    }

    private CodeSegment[] WriteRows(CodeSegment[] segments, int slot, ReadOnlySpan<ulong> words)
    {
        int length = _layout.WordsPerCode;
        while (words.Length > 0)
        {
            CodeSegment? last = segments.Length == 0 ? null : segments[^1];
            if (last is null || slot == last.FirstSlot + last.Capacity)
            {
                int needed = (words.Length / length + BlockLayout.Lanes - 1) / BlockLayout.Lanes;
                int blocks = Math.Min(MaxSegmentBlocks, Math.Max(needed, slot / BlockLayout.Lanes));
                last = CodeSegment.Create(_layout, slot, blocks);
                segments = [.. segments, last];
            }
            int rows = Math.Min(words.Length / length, last.FirstSlot + last.Capacity - slot);
            last.Write(slot - last.FirstSlot, words[..(rows * length)]);
            words = words[(rows * length)..];
            slot += rows;
        }
        return segments;
    }

    /// <summary>The living codes in fresh memory; readers of the old snapshot keep theirs.</summary>
    private CodeSnapshot Rewritten(CodeSnapshot old)
    {
        var ids = new long[old.Count];
        var buffer = new ulong[_layout.BlockRowWords];
        CodeSegment[] segments = [];
        int count = 0, buffered = 0;
        for (int slot = 0; slot < old.Slots; slot++)
        {
            if (!old.IsAlive(slot))
                continue;
            CodeSegment segment = old.SegmentOf(slot);
            segment.Row(slot - segment.FirstSlot).CopyTo(buffer.AsSpan(buffered));
            segment.KeepAlive();
            buffered += _layout.WordsPerCode;
            ids[count++] = old.IdOf(slot);
            if (_slotOf is not null)
                _slotOf[ids[count - 1]] = count - 1;
            if (buffered == buffer.Length || count == old.Count)
            {
                segments = WriteRows(segments, count - buffered / _layout.WordsPerCode, buffer.AsSpan(0, buffered));
                buffered = 0;
            }
        }
        return new CodeSnapshot
        {
            Layout = _layout, Segments = segments, Slots = count, Ids = ids, IdsAscend = old.IdsAscend, Alive = null, Count = count,
        };
    }

    private static ulong[] CopyAlive(CodeSnapshot old)
    {
        if (old.Alive is not null)
            return [.. old.Alive];
        var alive = new ulong[(old.Slots + 63) / 64];
        for (int slot = 0; slot < old.Slots; slot++)
            alive[slot >> 6] |= 1UL << (slot & 63);
        return alive;
    }

    /// <summary>A copy with the new slots alive: words that readers share are never changed.</summary>
    private static ulong[] GrownAlive(CodeSnapshot old, int slots)
    {
        var alive = new ulong[(slots + 63) / 64];
        old.Alive!.CopyTo(alive, 0);
        for (int slot = old.Slots; slot < slots; slot++)
            alive[slot >> 6] |= 1UL << (slot & 63);
        return alive;
    }

    private void Publish(CodeSnapshot snapshot) => Volatile.Write(ref _snapshot, snapshot);
}
