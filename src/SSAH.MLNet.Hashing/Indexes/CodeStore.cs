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
    private readonly KeyTable _keys = new();
    private CodeSnapshot _snapshot;
    private long _nextId;
    private string? _modelId;

    /// <summary>Slots by id, for ids that do not ascend; only the living ones.</summary>
    private Dictionary<long, int>? _slotOf;


    public CodeStore(int bits)
    {
        BinaryCodes.ThrowIfNotCodeLength(bits);
        _layout = new BlockLayout(bits);
        _snapshot = new CodeSnapshot
        {
            Layout = _layout, Segments = [], Slots = 0, Ids = null, Keys = null, IdsAscend = true, Alive = null, Count = 0,
        };
    }

    public BlockLayout Layout => _layout;

    public CodeSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>The id that the next code gets where none is given: one more than the largest ever used.</summary>
    public long NextId => Volatile.Read(ref _nextId);

    /// <summary>The model that made the codes, where it is known.</summary>
    public string? ModelId => Volatile.Read(ref _modelId);

    /// <summary>The snapshot, the next id and the model of one moment.</summary>
    public CodeSnapshot SnapshotWithNextId(out long nextId, out string? modelId)
    {
        lock (_writer)
        {
            (nextId, modelId) = (_nextId, _modelId);
            return _snapshot;
        }
    }

    /// <summary>Throws where codes cannot be compared with those of this store.</summary>
    /// <exception cref="ArgumentException">The codes have another length or come from another model.</exception>
    public void ThrowIfUnfit(BinaryCodes codes, string what, string parameter)
    {
        ArgumentNullException.ThrowIfNull(codes, parameter);
        if (codes.Bits != _layout.Bits)
            throw new ArgumentException($"The index has {_layout.Bits}-bit codes; the {what} have {codes.Bits} bits.", parameter);
        if (ModelId is { } mine && codes.ModelId is { } theirs && mine != theirs)
            throw new ArgumentException($"The index has codes of model '{mine}'; the {what} come from model '{theirs}'. Codes of different models "
                + "cannot be compared: encode both with the same model.", parameter);
    }

    /// <summary>Appends codes under ids that follow the largest ever used, and returns the first.</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="keys">A key for each code, none used yet, or <see langword="null"/>.</param>
    public long Add(BinaryCodes codes, IReadOnlyList<string>? keys)
    {
        ArgumentNullException.ThrowIfNull(codes);
        if (keys is not null && keys.Count != codes.Count)
            throw new ArgumentException($"There are {codes.Count} codes but {keys.Count} keys.", nameof(keys));
        lock (_writer)
        {
            ThrowIfUnfit(codes, nameof(codes), nameof(codes));
            if (_nextId > long.MaxValue - codes.Count)
                throw new InvalidOperationException("Automatic ids have run out after an id near the largest long: give the ids yourself.");
            CodeSnapshot old = _snapshot;
            if (keys is not null)
                _keys.Enter(old, keys);
            long first = _nextId;
            // Removed ids are never given again, so an id equals its slot until the first gap.
            long[]? ids = old.Ids is null && first == old.Slots ? null : GrownIds(old, codes.Count);
            for (int i = 0; ids is not null && i < codes.Count; i++)
            {
                ids[old.Slots + i] = first + i;
                _slotOf?.Add(first + i, old.Slots + i);
            }
            Append(codes, ids, keys, old.IdsAscend);
            return first;
        }
    }

    /// <summary>Appends codes under given ids.</summary>
    public void Add(BinaryCodes codes, ReadOnlySpan<long> ids)
    {
        ArgumentNullException.ThrowIfNull(codes);
        if (ids.Length != codes.Count)
            throw new ArgumentException($"There are {codes.Count} codes but {ids.Length} ids.", nameof(ids));
        lock (_writer)
        {
            ThrowIfUnfit(codes, nameof(codes), nameof(codes));
            CodeSnapshot old = _snapshot;
            if (old.Ids is null && AreSlots(ids, old.Slots))
            {
                // The ids say nothing that the places do not: eight bytes per code are saved.
                Append(codes, null, null, old.IdsAscend);
                return;
            }
            bool ascend = old.IdsAscend && Ascends(ids, old.Slots == 0 ? -1 : old.IdOf(old.Slots - 1));
            if (!ascend)
                IndexIds(old, ids);
            long[] grown = GrownIds(old, ids.Length);
            ids.CopyTo(grown.AsSpan(old.Slots));
            Append(codes, grown, null, ascend);
        }
    }

    /// <summary>Removes the codes of these ids; ids that are not there are ignored. Returns how many were removed.</summary>
    public int Remove(ReadOnlySpan<long> ids)
    {
        lock (_writer)
        {
            CodeSnapshot old = _snapshot;
            old.ThrowIfFileWasWritten();
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
                if (old.Keys?[slot] is { } key)
                    _keys.Remove(key);
                removed++;
            }
            if (removed == 0)
                return 0;
            var next = new CodeSnapshot
            {
                Layout = _layout, Segments = old.Segments, Slots = old.Slots, Ids = old.Ids, Keys = old.Keys,
                IdsAscend = old.IdsAscend, Alive = alive, Count = old.Count - removed,
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

    /// <summary>The key of the code with this id, or <see langword="null"/> where there is no such code or it has no key.</summary>
    public string? KeyOf(long id)
    {
        lock (_writer)
            return _snapshot.Keys is { } keys && FindLiving(id) is >= 0 and var slot ? keys[slot] : null;
    }

    /// <summary>The id of the code with this key.</summary>
    public bool TryGetId(string key, out long id)
    {
        lock (_writer)
        {
            int slot = _keys.Find(_snapshot, key);
            id = slot < 0 ? -1 : _snapshot.IdOf(slot);
            return slot >= 0;
        }
    }

    /// <summary>Writes the packed bytes of the code with this id, if it is there.</summary>
    public bool TryReconstruct(long id, Span<byte> destination)
    {
        lock (_writer)
        {
            int slot = FindLiving(id);
            if (slot < 0)
                return false;
            _snapshot.ThrowIfFileWasWritten();
            CodeSegment segment = _snapshot.SegmentOf(slot);
            PackedBits.ToBytes(segment.Row(slot - segment.FirstSlot), destination);
            segment.KeepAlive();
            return true;
        }
    }

    /// <summary>Takes over the parts of a saved index into this empty store.</summary>
    public unsafe void Load(PinnedRows rows, int count, long[]? ids, string?[]? keys, long nextId, string? modelId)
    {
        int whole = count / BlockLayout.Lanes;
        var segments = new List<CodeSegment>();
        for (int block = 0; block < whole; block += MaxSegmentBlocks)
        {
            int blocks = Math.Min(MaxSegmentBlocks, whole - block);
            ulong* start = rows.Start + (long)block * _layout.BlockRowWords;
            segments.Add(CodeSegment.OverRows(_layout, block * BlockLayout.Lanes, blocks, new PinnedRows(start, rows.Owner)));
        }
        int left = count - whole * BlockLayout.Lanes;
        if (left > 0)
        {
            // The last block is copied: it has to take the codes that are added next.
            CodeSegment last = CodeSegment.Create(_layout, whole * BlockLayout.Lanes, 1);
            last.Write(0, new ReadOnlySpan<ulong>(rows.Start + (long)whole * _layout.BlockRowWords, left * _layout.WordsPerCode));
            segments.Add(last);
        }
        // Where there is no whole block, no segment holds the owner.
        GC.KeepAlive(rows.Owner);
        bool ascend = ids is null || Ascends(ids, -1);
        if (!ascend)
            IndexIds(_snapshot, ids);
        (_nextId, _modelId) = (nextId, modelId);
        var loaded = new CodeSnapshot
        {
            Layout = _layout, Segments = [.. segments], Slots = count, Ids = ids, Keys = keys, IdsAscend = ascend, Alive = null, Count = count,
        };
        _keys.Read(loaded);
        Publish(loaded);
    }

    private static bool AreSlots(ReadOnlySpan<long> ids, int firstSlot)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            if (ids[i] != firstSlot + i)
                return false;
        }
        return true;
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

    private void Append(BinaryCodes codes, long[]? ids, IReadOnlyList<string>? addedKeys, bool ascend)
    {
        CodeSnapshot old = _snapshot;
        string?[]? keys = KeyTable.Grown(old, addedKeys, codes.Count);
        CodeSegment[] segments = WriteRows(old.Segments, old.Slots, codes.Words);
        int slots = checked(old.Slots + codes.Count);
        for (int slot = old.Slots; slot < slots; slot++)
            _nextId = Math.Max(_nextId, (ids is null ? slot : ids[slot]) is var id && id < long.MaxValue ? id + 1 : id);
        // An index without codes takes over the model of the first ones.
        if (old.Slots == 0)
            Volatile.Write(ref _modelId, _modelId ?? codes.ModelId);
        Publish(new CodeSnapshot
        {
            Layout = _layout, Segments = segments, Slots = slots, Ids = ids, Keys = keys, IdsAscend = ascend, Count = old.Count + codes.Count,
            Alive = old.Alive is null ? null : GrownAlive(old.Alive, slots),
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
        old.ThrowIfFileWasWritten();
        var ids = new long[old.Count];
        string?[]? keys = old.Keys is null ? null : new string?[old.Count];
        _keys.Forget();
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
            if (keys is not null)
                keys[count] = old.Keys![slot];
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
            Layout = _layout, Segments = segments, Slots = count, Ids = ids, Keys = keys, IdsAscend = old.IdsAscend, Alive = null, Count = count,
        };
    }

    /// <summary>The bits of the living codes, to change. The bits of slots that are not in use yet are ones: adding a code changes none.</summary>
    private static ulong[] CopyAlive(CodeSnapshot old)
    {
        if (old.Alive is not null)
            return [.. old.Alive];
        var alive = new ulong[(old.Slots + 63) / 64];
        alive.AsSpan().Fill(ulong.MaxValue);
        return alive;
    }

    private static ulong[] GrownAlive(ulong[] old, int slots)
    {
        int words = (slots + 63) / 64;
        if (words <= old.Length)
            return old;
        var alive = new ulong[Math.Max(words, (int)Math.Min(int.MaxValue / 64, old.Length + (long)(old.Length / 2)))];
        old.CopyTo(alive, 0);
        alive.AsSpan(old.Length).Fill(ulong.MaxValue);
        return alive;
    }

    private void Publish(CodeSnapshot snapshot) => Volatile.Write(ref _snapshot, snapshot);
}
