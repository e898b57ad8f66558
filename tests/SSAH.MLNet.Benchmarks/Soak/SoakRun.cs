using System.Collections.Concurrent;
using System.Diagnostics;

namespace SSAH.MLNet.Benchmarks.Soak;

/// <summary>Threads that do the same thing again and again until the time is over, with what they found wrong, how long each took, and the memory.</summary>
internal sealed class SoakRun
{
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly List<Latencies> _latencies = [];
    private readonly Random _writerRandom = new(-1);
    private volatile bool _isOver;

    /// <summary>What was wrong; the first hundred.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <summary>Calls of the readers, without what compares their answers.</summary>
    public Latencies Latencies { get; private set; } = new();

    /// <summary>Changes made by writers.</summary>
    public long Changes { get; private set; }

    /// <summary>Bytes of the managed heap after a full collection: when a tenth of the time was over, and at the end.</summary>
    public (long Early, long Late) Heap { get; private set; }

    /// <summary>Resident bytes of the process at these moments.</summary>
    public (long Early, long Late) Resident { get; private set; }

    /// <summary>Says that something is wrong.</summary>
    public void Fail(string what)
    {
        if (_wrong.Count < 100)
            _wrong.Enqueue(what);
    }

    /// <summary>Runs readers, each a thread with a seed of its own, and at most one writer.</summary>
    /// <param name="duration">For how long.</param>
    /// <param name="readers">Number of readers.</param>
    /// <param name="read">Calls, compares the answer, and says how long the call took.</param>
    /// <param name="write">Makes a change, or null.</param>
    public SoakRun Run(TimeSpan duration, int readers, Func<Random, TimeSpan> read, Action<Random>? write = null)
    {
        List<Thread> threads = [.. Enumerable.Range(0, readers).Select(seed => StartReader(new Random(seed), read))];
        if (write is not null)
            threads.Add(Start(() =>
            {
                write(_writerRandom);
                Changes++;
            }));
        Thread.Sleep(duration / 10);
        (long heap, long resident) = Memory();
        Thread.Sleep(duration * 9 / 10);
        _isOver = true;
        foreach (Thread thread in threads)
            thread.Join();
        (long lateHeap, long lateResident) = Memory();
        (Heap, Resident) = ((heap, lateHeap), (resident, lateResident));
        Latencies = Latencies.Sum(_latencies);
        return this;
    }

    private Thread StartReader(Random random, Func<Random, TimeSpan> read)
    {
        var latencies = new Latencies();
        _latencies.Add(latencies);
        return Start(() => latencies.Add(read(random)));
    }

    private Thread Start(Action body)
    {
        var thread = new Thread(() =>
        {
            try
            {
                while (!_isOver)
                    body();
            }
            catch (Exception error)
            {
                Fail(error.ToString());
            }
        });
        thread.Start();
        return thread;
    }

    private static (long Heap, long Resident) Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long heap = GC.GetTotalMemory(forceFullCollection: true);
        using Process self = Process.GetCurrentProcess();
        return (heap, self.WorkingSet64);
    }
}
