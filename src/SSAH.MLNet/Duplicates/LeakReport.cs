namespace SSAH.MLNet;

/// <summary>A query of which a copy lies among the images that it is searched in, or that a model learned from.</summary>
/// <param name="Query">Path of the query, as it was given.</param>
/// <param name="Copy">Path of the copy that is most like it.</param>
/// <param name="Kind">What the copy is to the query.</param>
/// <param name="Pose">What must be done to the copy to look like the query.</param>
/// <param name="Similarity">How alike their pixels are (<see cref="DuplicateOptions.MinSimilarity"/>), up to 1.</param>
public sealed record Leak(string Query, string Copy, DuplicateKind Kind, ImagePose Pose, double Similarity);

/// <summary>The queries that have a copy where none should be: their figures measure memory, not likeness.</summary>
/// <param name="Leaks">One for each such query, in the order of their paths.</param>
/// <param name="Queries">Number of queries that were looked at, those skipped included.</param>
/// <param name="Skipped">Files that could not be read, and why.</param>
/// <param name="Uniform">Images of one color, whose copies are found only where the files are the same.</param>
public sealed record LeakReport(IReadOnlyList<Leak> Leaks, int Queries, IReadOnlyList<SkippedImage> Skipped, IReadOnlyList<string> Uniform)
{
    private const int ShownExamples = 3;

    /// <summary>The figures in a sentence, with up to three examples by file name.</summary>
    public override string ToString()
    {
        if (Leaks.Count == 0)
            return FormattableString.Invariant($"none of {Queries} queries has a copy among the others");
        Leak[] pairs = [.. Leaks.OrderByDescending(leak => leak.Similarity).ThenBy(leak => leak.Query, StringComparer.Ordinal)
            .DistinctBy(leak => string.CompareOrdinal(leak.Query, leak.Copy) < 0 ? (leak.Query, leak.Copy) : (leak.Copy, leak.Query))];
        string rest = pairs.Length > ShownExamples ? ", ..." : "";
        return FormattableString.Invariant($"{Leaks.Count} of {Queries} queries {(Leaks.Count == 1 ? "has" : "have")} a copy among the others: ")
            + string.Join(", ", pairs.Take(ShownExamples).Select(Shown)) + rest;
    }

    // Names that are the same are told apart by their folders.
    private static string Shown(Leak leak)
    {
        (string query, string copy) = (Path.GetFileName(leak.Query), Path.GetFileName(leak.Copy));
        return query == copy ? $"{Path.Combine(FolderOf(leak.Query), query)} = {Path.Combine(FolderOf(leak.Copy), copy)}" : $"{query} = {copy}";
    }

    private static string FolderOf(string path) => Path.GetFileName(Path.GetDirectoryName(path)) ?? "";
}
