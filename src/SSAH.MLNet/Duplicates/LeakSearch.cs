namespace SSAH.MLNet.Duplicates;

/// <summary>Finds the images of one list that have a copy in another: files of the same bytes, then what hashes bring together and pixels confirm.</summary>
internal sealed class LeakSearch
{
    private const int PairsAtOnce = 4096;

    // Some 100 MB; beyond it pairs may be looked at again, which changes nothing.
    private const int MostSeen = 4_000_000;

    private readonly ImageSignature[] _images;
    private readonly bool[] _isQuery, _isOther;
    private readonly DuplicateOptions _options;
    private readonly SecondLooks _looks;

    // For each query the copy that is most like it.
    private readonly (int Row, ImageMatch Match)?[] _best;

    private LeakSearch(ImageSignature[] images, Func<string, bool> isQuery, Func<string, bool> isOther, DuplicateOptions options)
    {
        _images = images;
        _isQuery = [.. images.Select(image => isQuery(Path.GetFullPath(image.Path)))];
        _isOther = [.. images.Select(image => isOther(Path.GetFullPath(image.Path)))];
        _options = options;
        _looks = new SecondLooks(images, options);
        _best = new (int, ImageMatch)?[images.Length];
    }

    /// <summary>Looks for copies.</summary>
    /// <param name="queries">Files of the queries; one that is named twice counts once.</param>
    /// <param name="others">Files where no copy should be; null where each query is searched among the other queries.</param>
    /// <param name="options">What counts as a copy.</param>
    /// <param name="cancellation">Stops the search.</param>
    public static LeakReport Find(IReadOnlyList<string> queries, IReadOnlyList<string>? others, DuplicateOptions options, CancellationToken cancellation)
    {
        string[] asked = [.. queries.DistinctBy(Path.GetFullPath)];
        string[] searched = others is null ? asked : [.. others.DistinctBy(Path.GetFullPath)];
        HashSet<string> askedPaths = [.. asked.Select(Path.GetFullPath)], searchedPaths = [.. searched.Select(Path.GetFullPath)];
        // Files are kept under the name that the queries have for them.
        string[] files = [.. asked.Concat(searched).DistinctBy(Path.GetFullPath)];
        DuplicateOptions ordered = options with { Keep = DuplicateKeepRule.FirstPath };
        (ImageSignature[] images, SkippedImage[] skipped) = DuplicateFinder.Read(files, ordered, cancellation);
        var search = new LeakSearch(images, askedPaths.Contains, searchedPaths.Contains, ordered);
        if (others is not null)
            search.TakeSamePaths();
        search.TakeSameFiles();
        search.TakeLikeImages(files.Length, cancellation);
        string[] uniform = [.. images.Where((image, row) => image.IsUniform && search._isQuery[row]).Select(image => image.Path)];
        return new LeakReport([.. search.Leaks()], asked.Length, skipped, uniform);
    }

    private IEnumerable<Leak> Leaks()
    {
        for (int row = 0; row < _images.Length; row++)
            if (_best[row] is var (copy, match))
                yield return new Leak(_images[row].Path, _images[copy].Path, match.Kind, match.Pose, match.Similarity);
    }

    // A file in both lists is found by itself.
    private void TakeSamePaths()
    {
        for (int row = 0; row < _images.Length; row++)
            if (_isQuery[row] && _isOther[row])
                Take(row, row, SameFile);
    }

    private void TakeSameFiles()
    {
        foreach (IGrouping<UInt128, int> same in Enumerable.Range(0, _images.Length).GroupBy(row => _images[row].Content))
        {
            int[] copies = [.. same.Where(row => _isOther[row]).Take(2)];
            foreach (int row in same.Where(row => _isQuery[row]))
                if (copies.FirstOrDefault(copy => copy != row, -1) is >= 0 and var copy)
                    Take(row, copy, SameFile);
        }
    }

    private static ImageMatch SameFile => new(DuplicateKind.SameFile, ImagePose.Upright, 1, 0);

    private void TakeLikeImages(int files, CancellationToken cancellation)
    {
        var seen = new HashSet<(int, int)>();
        var pending = new List<(int Query, int Other)>();
        var join = new CandidateJoin(_images, _options);
        long done = 0, candidates = join.Count(cancellation);
        join.ForEach((first, second) =>
        {
            done++;
            if (!seen.Add((first, second)))
                return;
            Add(first, second);
            Add(second, first);
            if (pending.Count >= PairsAtOnce)
                Look();
        }, cancellation);
        Look();

        // What has a copy of the same bytes cannot find a better one.
        void Add(int query, int other)
        {
            if (_isQuery[query] && _isOther[other] && _best[query]?.Match.Kind != DuplicateKind.SameFile)
                pending.Add((query, other));
        }

        void Look()
        {
            var matches = new ImageMatch?[pending.Count];
            _looks.InParallel(matches.Length, i => matches[i] = _looks.Compare(pending[i].Query, pending[i].Other, _options.Radius), cancellation);
            foreach (((int query, int other), ImageMatch? match) in pending.Zip(matches))
                if (_looks.IsAlike(match))
                    Take(query, other, match!.Value);
            pending.Clear();
            if (seen.Count > MostSeen)
                seen.Clear();
            _options.Progress?.Report(new DuplicateProgress(files, files, _looks.Compared, done, candidates));
        }
    }

    // The order in which pairs come does not matter: the most similar copy, of several the first by path.
    private void Take(int query, int copy, ImageMatch match)
    {
        if (_best[query] is not var (known, before) || match.Similarity > before.Similarity || (match.Similarity == before.Similarity && copy < known))
            _best[query] = (copy, match);
    }
}
