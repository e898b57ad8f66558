using System.Diagnostics;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Benchmarks.Soak;

/// <summary>Readers and one writer on an index; each answer must be that of a state which the index had while the search ran.</summary>
internal sealed class IndexSoak(bool hashed)
{
    private const int Bits = 64, Usual = 12_000, Capacity = 3_000_000, K = 10, Radius = 8, MostStates = 200;
    private static readonly HammingSearchOptions s_single = new() { Threads = 1 };
    private readonly HammingIndex _index = hashed ? new MultiHashIndex(Bits) : new HammingFlatIndex(Bits);
    private readonly IndexHistory _history = new(Capacity);
    private long _checked, _passedOver;

    /// <summary>Answers that were compared, and those whose search ran during too many changes to try all.</summary>
    public (long Checked, long PassedOver) Answers => (_checked, _passedOver);

    public SoakRun Run(TimeSpan duration, int readers)
    {
        var run = new SoakRun();
        Add([.. Codes(new Random(1), Usual)]);
        return run.Run(duration, readers, random => Read(run, random), Write);
    }

    private TimeSpan Read(SoakRun run, Random random)
    {
        ulong query = Near(random);
        BinaryCodes queries = Of([query]);
        bool nearest = random.Next(2) == 0;
        int first = _history.Ended;
        long start = Stopwatch.GetTimestamp();
        HammingMatches matches = nearest ? _index.Search(queries, K, s_single) : _index.SearchRadius(queries, Radius, s_single);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Check(run, query, nearest, first, matches[0]);
        return time;
    }

    private void Check(SoakRun run, ulong query, bool nearest, int first, ReadOnlySpan<HammingMatch> matches)
    {
        int last = _history.Begun;
        if (last - first > MostStates)
        {
            Interlocked.Increment(ref _passedOver);
            return;
        }
        for (int state = first; state <= last; state++)
            if (_history.IsAnswer(state, query, nearest ? K : int.MaxValue, nearest ? Bits : Radius, matches))
            {
                Interlocked.Increment(ref _checked);
                return;
            }
        run.Fail($"no state from {first} to {last} has this answer to {query:x16}: {string.Join(", ", matches.ToArray())}");
    }

    // Single codes mostly, as a service adds and removes them; now and then many.
    private void Write(Random random)
    {
        if (_history.IsFull)
            throw new InvalidOperationException("The history is full: soak for a shorter time.");
        if (_index.Count < Usual || random.Next(2) == 0)
            Add([.. Codes(random, random.Next(200) == 0 ? 300 : 1)]);
        else
            Remove(random, random.Next(200) == 0 ? 300 : 1);
        // About what a busy service changes; without a pause every search would run during thousands of changes.
        Thread.Sleep(1);
    }

    private void Add(ulong[] codes) => _history.Change(codes, [], () => _index.Add(Of(codes)));

    private void Remove(Random random, int count)
    {
        var ids = new HashSet<long>();
        for (int tries = 0; ids.Count < count && tries < 50 * count; tries++)
            if (random.Next(_history.Count) is var id && _history.IsAlive(id))
                ids.Add(id);
        long[] removed = [.. ids];
        _history.Change([], removed, () => _index.Remove(removed));
    }

    // Codes around a few centers: near ones and ties.
    private static IEnumerable<ulong> Codes(Random random, int count) => Enumerable.Range(0, count).Select(_ => Near(random));

    private static ulong Near(Random random)
    {
        ulong code = (ulong)(random.Next(50) + 1) * 0x9E3779B97F4A7C15;
        for (int flips = random.Next(8); flips > 0; flips--)
            code ^= 1UL << random.Next(Bits);
        return code;
    }

    private static BinaryCodes Of(ReadOnlySpan<ulong> codes)
    {
        var result = new BinaryCodes(Bits);
        foreach (ulong code in codes)
            result.Add(BitConverter.GetBytes(code));
        return result;
    }
}
