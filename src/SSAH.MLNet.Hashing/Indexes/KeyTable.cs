namespace SSAH.MLNet.Hashing;

/// <summary>The slots of the living codes by their keys, for the writer of a <see cref="CodeStore"/>. Made when somebody asks for the first time.</summary>
internal sealed class KeyTable
{
    private Dictionary<string, int>? _slots;

    /// <summary>Enters the keys of codes that are about to follow a snapshot's, or throws and enters none.</summary>
    /// <exception cref="ArgumentException">A key is unfit or in use.</exception>
    public void Enter(CodeSnapshot snapshot, IReadOnlyList<string> keys)
    {
        Dictionary<string, int> slots = Read(snapshot);
        int entered = 0;
        try
        {
            for (; entered < keys.Count; entered++)
            {
                TextKeys.ThrowIfUnfit(keys[entered], $"Key {entered}", TextKeys.MaxBytes, nameof(keys));
                if (!slots.TryAdd(keys[entered], snapshot.Slots + entered))
                    throw new ArgumentException(
                        $"Key '{keys[entered]}' of code {entered} is in use already: remove that code first, or give each code a key of its own.",
                        nameof(keys));
            }
        }
        catch
        {
            for (int undo = 0; undo < entered; undo++)
                slots.Remove(keys[undo]);
            throw;
        }
    }

    /// <summary>The slot of a key, or -1.</summary>
    public int Find(CodeSnapshot snapshot, string key) => Read(snapshot).TryGetValue(key, out int slot) ? slot : -1;

    public void Remove(string key) => _slots?.Remove(key);

    /// <summary>For slots that have changed.</summary>
    public void Forget() => _slots = null;

    /// <summary>Makes the table from a snapshot.</summary>
    /// <exception cref="ArgumentException">A key stands for two codes.</exception>
    public Dictionary<string, int> Read(CodeSnapshot snapshot)
    {
        if (_slots is not null)
            return _slots;
        var slots = new Dictionary<string, int>(StringComparer.Ordinal);
        if (snapshot.Keys is { } keys)
        {
            foreach (int slot in snapshot.LivingSlots())
            {
                if (keys[slot] is { } key && !slots.TryAdd(key, slot))
                    throw new ArgumentException($"Key '{key}' stands for two codes.");
            }
        }
        return _slots = slots;
    }

    /// <summary>The snapshot's keys with room for more behind them; <see langword="null"/> while no code has one. Keys that readers see stay.</summary>
    public static string?[]? Grown(CodeSnapshot snapshot, IReadOnlyList<string>? added, int count)
    {
        if (snapshot.Keys is null && added is null)
            return null;
        int needed = checked(snapshot.Slots + count);
        string?[] keys = snapshot.Keys ?? [];
        if (keys.Length < needed)
            Array.Resize(ref keys, (int)Math.Min(Array.MaxLength, Math.Max(needed, snapshot.Slots + (long)(snapshot.Slots / 2))));
        for (int i = 0; added is not null && i < count; i++)
            keys[snapshot.Slots + i] = added[i];
        return keys;
    }
}
