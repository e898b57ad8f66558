namespace SSAH.MLNet.Hashing;

/// <summary>Takes the pairs that one thread of a join finds.</summary>
internal abstract class PairSink
{
    /// <summary>Whether a pair must not come twice.</summary>
    public abstract bool WantsEachOnce { get; }

    public abstract void Add(int left, int right, int distance);

    /// <summary>Called after the thread's last pair.</summary>
    public abstract void Flush();
}

/// <summary>Hands pairs over in runs, so that threads seldom wait for one another.</summary>
internal sealed class PairBuffer(Action<HammingPair> onPair, Lock gate) : PairSink
{
    private readonly HammingPair[] _pairs = new HammingPair[1024];
    private int _count;

    public override bool WantsEachOnce => true;

    public override void Add(int left, int right, int distance)
    {
        if (_count == _pairs.Length)
            Flush();
        _pairs[_count++] = new HammingPair(Math.Min(left, right), Math.Max(left, right), distance);
    }

    public override void Flush()
    {
        lock (gate)
        {
            for (int i = 0; i < _count; i++)
                onPair(_pairs[i]);
        }
        _count = 0;
    }
}

/// <summary>Joins the groups of both codes.</summary>
internal sealed class GroupSink(GroupForest forest) : PairSink
{
    public override bool WantsEachOnce => false;

    public override void Add(int left, int right, int distance) => forest.Union(left, right);

    public override void Flush()
    {
    }
}

/// <summary>Disjoint sets that any number of threads join at once; a set's root is its lowest member.</summary>
internal sealed class GroupForest
{
    private readonly int[] _parents;

    public GroupForest(int count) => _parents = [.. Enumerable.Range(0, count)];

    public int Find(int item)
    {
        while (true)
        {
            int parent = Volatile.Read(ref _parents[item]), above = Volatile.Read(ref _parents[parent]);
            if (parent == above)
                return parent;
            // Halves the path; another thread may have done so already.
            Interlocked.CompareExchange(ref _parents[item], above, parent);
            item = above;
        }
    }

    public void Union(int left, int right)
    {
        while (true)
        {
            (left, right) = (Find(left), Find(right));
            if (left == right)
                return;
            if (left < right)
                (left, right) = (right, left);
            // Only a root is linked, and always below a lower one.
            if (Interlocked.CompareExchange(ref _parents[left], right, left) == left)
                return;
        }
    }
}
