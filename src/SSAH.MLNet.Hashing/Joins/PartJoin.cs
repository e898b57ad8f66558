using System.Numerics;
using System.Runtime.CompilerServices;

namespace SSAH.MLNet.Hashing;

/// <summary>One join: in each pass the codes are sorted by a key, and those of equal keys are compared.</summary>
internal sealed unsafe class PartJoin
{
    /// <summary>Rows that a thread takes at a time.</summary>
    private const int ChunkRows = 256;

    private readonly BinaryCodes _codes;
    private readonly int _radius;
    private readonly PartLayout _layout;
    private readonly int[] _offsets;
    private readonly int[] _next;
    private readonly int[] _rows;
    private readonly ulong[] _sorted;
    private bool _failed;

    public PartJoin(BinaryCodes codes, int radius)
    {
        (_codes, _radius) = (codes, radius);
        _layout = PartLayout.For(codes.Bits, radius, codes.Count);
        _offsets = new int[(1 << _layout.KeyBits) + 1];
        _next = new int[1 << _layout.KeyBits];
        _rows = new int[codes.Count];
        _sorted = new ulong[codes.Words.Length];
    }

    /// <summary>Runs all passes.</summary>
    /// <param name="newSink">Makes a sink for a thread.</param>
    /// <param name="threads">Number of threads.</param>
    /// <param name="cancellationToken">Looked at for each row.</param>
    public void Run(Func<PairSink> newSink, int threads, CancellationToken cancellationToken)
    {
        foreach (int[] pass in _layout.Passes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Sort(pass);
            long next = 0;
            WorkerThreads.Run(threads, _ => Work(pass, newSink(), ref next, cancellationToken), cancellationToken);
        }
    }

    private void Work(int[] pass, PairSink sink, ref long next, CancellationToken cancellationToken)
    {
        try
        {
            while (!Volatile.Read(ref _failed))
            {
                long first = Interlocked.Add(ref next, ChunkRows) - ChunkRows;
                if (first >= _rows.Length)
                    break;
                Compare(pass, (int)first, (int)Math.Min(first + ChunkRows, _rows.Length), sink, cancellationToken);
            }
            sink.Flush();
        }
        catch
        {
            // The other threads stop too: nobody waits for pairs any more.
            Volatile.Write(ref _failed, true);
            throw;
        }
    }

    /// <summary>A counting sort of the codes by the pass's key.</summary>
    private void Sort(int[] pass)
    {
        int words = _codes.WordsPerCode;
        Array.Clear(_offsets);
        fixed (ulong* codes = _codes.Words)
        fixed (ulong* sorted = _sorted)
        {
            for (int row = 0; row < _rows.Length; row++)
                _offsets[_layout.Key(codes + (long)row * words, pass) + 1]++;
            for (int key = 1; key < _offsets.Length; key++)
                _offsets[key] += _offsets[key - 1];
            Array.Copy(_offsets, _next, _next.Length);
            for (int row = 0; row < _rows.Length; row++)
            {
                ulong* code = codes + (long)row * words;
                int place = _next[_layout.Key(code, pass)]++;
                _rows[place] = row;
                for (int word = 0; word < words; word++)
                    sorted[(long)place * words + word] = code[word];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compare(int[] pass, int first, int end, PairSink sink, CancellationToken cancellationToken)
    {
        int words = _codes.WordsPerCode, radius = _radius;
        fixed (ulong* sorted = _sorted)
        {
            for (int i = first; i < end; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ulong* left = sorted + (long)i * words;
                int bucketEnd = _offsets[_layout.Key(left, pass) + 1];
                if (words > 1)
                {
                    for (int j = i + 1; j < bucketEnd; j++)
                    {
                        ulong* right = sorted + (long)j * words;
                        int distance = HammingDistance.Between(left, right, words);
                        if (distance <= radius)
                            Found(pass, i, j, left, right, distance, sink);
                    }
                    continue;
                }
                ulong code = *left;
                for (int j = i + 1; j < bucketEnd; j++)
                {
                    int distance = BitOperations.PopCount(code ^ sorted[j]);
                    if (distance <= radius)
                        Found(pass, i, j, left, sorted + j, distance, sink);
                }
            }
        }
    }

    private void Found(int[] pass, int i, int j, ulong* left, ulong* right, int distance, PairSink sink)
    {
        if (!sink.WantsEachOnce || _layout.IsFirst(left, right, pass))
            sink.Add(_rows[i], _rows[j], distance);
    }
}
