using System.Collections.Concurrent;

namespace SSAH.MLNet.Duplicates;

/// <summary>Second looks for any number of threads, counted.</summary>
/// <param name="images">The images that rows name.</param>
/// <param name="options">Which changes are looked through, and the threads.</param>
internal sealed class SecondLooks(IReadOnlyList<ImageSignature> images, DuplicateOptions options)
{
    private readonly ConcurrentBag<SecondLook> _idle = [];
    private long _compared;

    /// <summary>Pairs looked at so far.</summary>
    public long Compared => Interlocked.Read(ref _compared);

    /// <summary>What the second image is to the first, or null where the hashes of no views are near.</summary>
    public ImageMatch? Compare(int first, int second, int radius)
    {
        Interlocked.Increment(ref _compared);
        SecondLook look = _idle.TryTake(out SecondLook? idle) ? idle : new SecondLook(options);
        ImageMatch? match = look.Compare(images[first], images[second], radius);
        _idle.Add(look);
        return match;
    }

    /// <summary>Whether a match says that two images are copies.</summary>
    public bool IsAlike(ImageMatch? match) => match?.Similarity >= options.MinSimilarity;

    /// <summary>Calls something for 0 to count - 1, in parallel.</summary>
    public void InParallel(int count, Action<int> each, CancellationToken cancellation) =>
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = options.Workers, CancellationToken = cancellation }, each);
}
