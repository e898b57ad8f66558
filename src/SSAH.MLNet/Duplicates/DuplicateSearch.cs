namespace SSAH.MLNet.Duplicates;

/// <summary>
/// From signatures to groups. Rows are in the order in which images are kept, so that the first of a group is the one to keep, whatever the order of the
/// files was.
/// </summary>
/// <param name="images">The images, the one to keep first.</param>
/// <param name="options">The options.</param>
/// <param name="onCompared">Told now and then how many pairs were looked at closely, how many candidates are done, and how many there are.</param>
internal sealed class DuplicateSearch(IReadOnlyList<ImageSignature> images, DuplicateOptions options, Action<long, long, long> onCompared)
{
    private const int PairsAtOnce = 4096;

    // Some 100 MB; beyond it pairs may be looked at again, which changes nothing.
    private const int MostSeen = 4_000_000;

    private readonly int[] _parents = [.. Enumerable.Range(0, images.Count)];
    private readonly SecondLooks _looks = new(images, options);

    /// <summary>Pairs looked at closely so far.</summary>
    public long Compared => _looks.Compared;

    /// <summary>Pairs of views with near hashes, once they are counted.</summary>
    public long Candidates { get; private set; }

    /// <summary>The groups: each a row, and what the others are to it.</summary>
    public List<(int Kept, List<(int Row, ImageMatch Match)> Copies)> Find(CancellationToken cancellation)
    {
        // Files of the same bytes are one image from here on.
        Dictionary<UInt128, List<int>> files = [];
        foreach (int row in Enumerable.Range(0, images.Count))
        {
            if (!files.TryGetValue(images[row].Content, out List<int>? same))
                files.Add(images[row].Content, same = []);
            same.Add(row);
        }
        int[] firsts = [.. files.Values.Select(same => same[0])];
        Connect(firsts, cancellation);
        var groups = new List<(int, List<(int, ImageMatch)>)>();
        foreach (IGrouping<int, int> component in firsts.GroupBy(Root).OrderBy(component => component.Key))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach ((int kept, List<(int Row, ImageMatch Match)> copies) in Stars([.. component.Order()], cancellation))
            {
                List<(int Row, ImageMatch Match)> all =
                [
                    .. files[images[kept].Content].Skip(1).Select(row => (row, new ImageMatch(DuplicateKind.SameFile, ImagePose.Upright, 1, 0))),
                    .. copies.OrderByDescending(copy => copy.Match.Similarity)
                        .SelectMany(copy => files[images[copy.Row].Content].Select(row => (row, copy.Match))),
                ];
                if (all.Count > 0)
                    groups.Add((kept, all));
            }
        }
        return groups;
    }

    // Joins what is connected by pairs that are alike. Pairs of a set that is known to be connected are not looked at again, which changes no set.
    private void Connect(int[] firsts, CancellationToken cancellation)
    {
        // Two images that are not alike come up by many of their views.
        var seen = new HashSet<(int, int)>();
        var pending = new List<(int First, int Second)>();
        var join = new CandidateJoin([.. firsts.Select(row => images[row])], options);
        long done = 0;
        Candidates = join.Count(cancellation);
        join.ForEach((first, second) =>
        {
            done++;
            (int left, int right) = (firsts[first], firsts[second]);
            (int, int) pair = (Math.Min(left, right), Math.Max(left, right));
            if (Root(left) == Root(right) || !seen.Add(pair))
                return;
            pending.Add(pair);
            if (pending.Count >= PairsAtOnce)
                Look();
        }, cancellation);
        Look();

        void Look()
        {
            var alike = new bool[pending.Count];
            _looks.InParallel(alike.Length,
                i => alike[i] = _looks.IsAlike(_looks.Compare(pending[i].First, pending[i].Second, options.Radius)), cancellation);
            for (int i = 0; i < alike.Length; i++)
                if (alike[i])
                    Union(pending[i].First, pending[i].Second);
            pending.Clear();
            if (seen.Count > MostSeen)
                seen.Clear();
            onCompared(Compared, done, Candidates);
        }
    }

    // Each member was compared with the first itself: a chain of likeness falls apart into groups.
    private IEnumerable<(int Kept, List<(int Row, ImageMatch Match)> Copies)> Stars(List<int> rows, CancellationToken cancellation)
    {
        while (rows.Count > 0)
        {
            int kept = rows[0];
            int[] others = [.. rows.Skip(1)];
            var matches = new ImageMatch?[others.Length];
            // Views need not be as near as between strangers: the two are connected.
            _looks.InParallel(others.Length, i => matches[i] = _looks.Compare(kept, others[i], 2 * options.Radius), cancellation);
            yield return (kept, [.. others.Zip(matches).Where(each => _looks.IsAlike(each.Second)).Select(each => (each.First, each.Second!.Value))]);
            rows = [.. others.Where((_, i) => !_looks.IsAlike(matches[i]))];
        }
    }

    private int Root(int row)
    {
        while (_parents[row] != row)
            row = _parents[row] = _parents[_parents[row]];
        return row;
    }

    private void Union(int first, int second)
    {
        (first, second) = (Root(first), Root(second));
        _parents[Math.Max(first, second)] = Math.Min(first, second);
    }
}
