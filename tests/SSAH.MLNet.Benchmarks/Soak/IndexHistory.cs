using System.Numerics;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Benchmarks.Soak;

/// <summary>
/// Every state that an index of 64-bit codes was in: each code with the change that added it and the one that removed it. One writer notes what it is
/// about to change; readers ask whether an answer is that of some state.
/// </summary>
internal sealed class IndexHistory(int capacity)
{
    // By id: the index gives them in the order of adding.
    private readonly ulong[] _codes = new ulong[capacity];
    private readonly int[] _added = new int[capacity], _removed = new int[capacity];
    private int _count, _begun, _ended;

    /// <summary>Codes so far, those that were removed among them.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The last change that has ended: a search that begins now sees it.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>The last change that has begun: a search that ends now may have seen it.</summary>
    public int Begun => Volatile.Read(ref _begun);

    public bool IsFull => _count == capacity;

    public bool IsAlive(long id) => _removed[id] > _begun;

    /// <summary>Notes a change, makes it, and notes that it is made.</summary>
    public void Change(ReadOnlySpan<ulong> added, ReadOnlySpan<long> removed, Action change)
    {
        int number = _begun + 1;
        for (int i = 0; i < added.Length; i++)
            (_codes[_count + i], _added[_count + i], _removed[_count + i]) = (added[i], number, int.MaxValue);
        Volatile.Write(ref _count, _count + added.Length);
        foreach (long id in removed)
            Volatile.Write(ref _removed[id], number);
        Volatile.Write(ref _begun, number);
        change();
        Volatile.Write(ref _ended, number);
    }

    /// <summary>Whether an answer is that of the state after a change, from the definition: what it has is there at its distance, in order, and nothing
    /// that is as near was left out.</summary>
    public bool IsAnswer(int state, ulong query, int k, int radius, ReadOnlySpan<HammingMatch> matches)
    {
        (int Distance, long Id) last = (-1, -1);
        foreach (HammingMatch match in matches)
        {
            (int, long) next = (match.Distance, match.Id);
            if (!IsAliveAt(match.Id, state) || BitOperations.PopCount(_codes[match.Id] ^ query) != match.Distance || next.CompareTo(last) <= 0)
                return false;
            last = next;
        }
        bool cut = matches.Length == k;
        int wanted = 0;
        int count = Count;
        for (int id = 0; id < count; id++)
        {
            int distance = BitOperations.PopCount(_codes[id] ^ query);
            if (distance <= radius && (!cut || (distance, (long)id).CompareTo(last) <= 0) && IsAliveAt(id, state))
                wanted++;
        }
        return wanted == matches.Length && matches.Length <= k;
    }

    private bool IsAliveAt(long id, int state) => _added[id] <= state && Volatile.Read(ref _removed[id]) > state;
}
