using System.Collections.Concurrent;

namespace SSAH.MLNet.Duplicates;

/// <summary>The steps of looking for duplicates: read each file once, join the hashes, look at the pixels, group.</summary>
internal static class DuplicateFinder
{
    private const int FilesBetweenReports = 64;

    /// <summary>Looks for duplicates among files.</summary>
    /// <param name="paths">The files; one that is named twice counts once.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellation">Stops the search.</param>
    public static DuplicateReport Find(IReadOnlyList<string> paths, DuplicateOptions options, CancellationToken cancellation)
    {
        string[] files = [.. paths.DistinctBy(Path.GetFullPath)];
        (ImageSignature[] images, SkippedImage[] skipped) = Read(files, options, cancellation);
        return Report(images, skipped, files.Length, options, cancellation);
    }

    /// <summary>Reads the signatures of files, in the order in which images are kept.</summary>
    public static (ImageSignature[] Images, SkippedImage[] Skipped) Read(IReadOnlyList<string> files, DuplicateOptions options, CancellationToken cancellation)
    {
        using HashEncoder encoder = HashEncoder.PerceptualHash();
        var reader = new SignatureReader(encoder, options);
        var images = new ImageSignature?[files.Count];
        var skipped = new ConcurrentBag<SkippedImage>();
        int read = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Workers, CancellationToken = cancellation };
        Parallel.For(0, files.Count, parallel, reader.NewBuffers, (file, _, buffers) =>
        {
            (images[file], string? reason) = reader.Read(files[file], buffers);
            if (reason is not null)
                skipped.Add(new SkippedImage(files[file], reason));
            int count = Interlocked.Increment(ref read);
            if (count % FilesBetweenReports == 0 || count == files.Count)
                options.Progress?.Report(new DuplicateProgress(count, files.Count, 0, 0, 0));
            return buffers;
        }, _ => { });
        ImageSignature[] ordered = [.. images.OfType<ImageSignature>()];
        Array.Sort(ordered, OrderOf(options.Keep));
        return (ordered, [.. skipped.OrderBy(each => each.Path, StringComparer.Ordinal)]);
    }

    /// <summary>The groups among signatures.</summary>
    public static DuplicateReport Report(ImageSignature[] images, SkippedImage[] skipped, int files, DuplicateOptions options, CancellationToken cancellation)
    {
        var search = new DuplicateSearch(images, options, (compared, done, candidates) =>
            options.Progress?.Report(new DuplicateProgress(files, files, compared, done, candidates)));
        DuplicateGroup[] groups =
        [
            .. search.Find(cancellation).Select(group => new DuplicateGroup(
            [
                ImageOf(images[group.Kept], new(DuplicateKind.Kept, ImagePose.Upright, 1, 0)),
                .. group.Copies.Select(copy => ImageOf(images[copy.Row], copy.Match)),
            ])).OrderBy(group => group.Kept.Path, StringComparer.Ordinal),
        ];
        options.Progress?.Report(new DuplicateProgress(files, files, search.Compared, search.Candidates, search.Candidates));
        string[] uniform = [.. images.Where(image => image.IsUniform).Select(image => image.Path).Order(StringComparer.Ordinal)];
        return new DuplicateReport(groups, skipped, uniform, files, search.Compared);
    }

    /// <summary>The one to keep first; no two files compare as equal.</summary>
    public static Comparison<ImageSignature> OrderOf(DuplicateKeepRule rule) => (first, second) =>
    {
        int order = rule switch
        {
            DuplicateKeepRule.LargestFile => second.FileSize.CompareTo(first.FileSize),
            DuplicateKeepRule.Oldest => first.Written.CompareTo(second.Written),
            DuplicateKeepRule.FirstPath => string.CompareOrdinal(first.Path, second.Path),
            _ => 0,
        };
        if (order == 0)
            order = ((long)second.Width * second.Height).CompareTo((long)first.Width * first.Height);
        if (order == 0)
            order = second.FileSize.CompareTo(first.FileSize);
        return order == 0 ? string.CompareOrdinal(first.Path, second.Path) : order;
    };

    private static DuplicateImage ImageOf(ImageSignature image, ImageMatch match) =>
        new(image.Path, image.Width, image.Height, image.FileSize, match.Kind, match.Pose, match.Similarity, match.Distance);
}
