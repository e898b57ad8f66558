using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Duplicates;

/// <summary>Finds the pairs of images of which some views are near each other: all of them, by exact joins of their hashes.</summary>
/// <param name="images">The images; those of one color are left out.</param>
/// <param name="options">Changes, radius and threads.</param>
internal sealed class CandidateJoin(IReadOnlyList<ImageSignature> images, DuplicateOptions options)
{
    private readonly int[] _rows = [.. Enumerable.Range(0, images.Count).Where(row => !images[row].IsUniform)];

    /// <summary>How many pairs <see cref="ForEach"/> hands over. To join twice costs little beside a look at each, and says how long that takes.</summary>
    public long Count(CancellationToken cancellation)
    {
        long count = 0;
        ForEach((_, _) => count++, cancellation);
        return count;
    }

    /// <summary>Hands over each pair, the lower row first; a pair may come several times, from several threads but from one at a time.</summary>
    public void ForEach(Action<int, int> onPair, CancellationToken cancellation)
    {
        // One image is taken as it is: what is true of two posed images is true of one of them upright and the other in another pose.
        Join(0, [.. ImageViews.PosesOf(options.Changes).Skip(1).Select(pose => (int)pose)], onPair, cancellation);
        if (options.Changes.HasFlag(DuplicateChanges.Cropped))
            Join(0, [.. Enumerable.Range(ImageViews.FirstPart, ImageViews.PartCount)], onPair, cancellation);
        if (options.Changes.HasFlag(DuplicateChanges.Captioned))
        {
            Join(ImageViews.Upper, [], onPair, cancellation);
            Join(ImageViews.Lower, [], onPair, cancellation);
        }
    }

    // Pairs of one view with itself and with the others.
    private void Join(int view, int[] others, Action<int, int> onPair, CancellationToken cancellation)
    {
        var codes = new BinaryCodes(64, _rows.Length * (others.Length + 1));
        foreach (int each in (int[])[view, .. others])
            foreach (int row in _rows)
                codes.AddWords([images[row].Codes[each]]);
        HammingJoin.ForEachPair(codes, options.Radius, pair =>
        {
            if (pair.First >= _rows.Length)
                return;
            (int first, int second) = (_rows[pair.First], _rows[pair.Second % _rows.Length]);
            if (first != second)
                onPair(Math.Min(first, second), Math.Max(first, second));
        }, options.Workers, cancellation);
    }
}
