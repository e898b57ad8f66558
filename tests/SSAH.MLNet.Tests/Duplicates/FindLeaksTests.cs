using Microsoft.ML;
using SkiaSharp;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Tests.Duplicates;

public sealed class FindLeaksTests : IDisposable
{
    private readonly MLContext _context = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-leaks-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Queries_with_copies_are_found_and_no_others()
    {
        (string[] queries, string[] others) = Plant();
        LeakReport report = _context.HashRetrieval.FindLeaks(queries, others);
        Assert.Equal((5, 0, 0), (report.Queries, report.Skipped.Count, report.Uniform.Count));
        Assert.Equal(["q0.png = same.png SameFile Upright", "q1.png = half.jpg SameImage Upright", "q2.png = turned.png SameImage Turned270",
            "q3.png = part.png Part Upright"], report.Leaks.Select(Described));
        Assert.All(report.Leaks, leak => Assert.InRange(leak.Similarity, 0.99, 1));
        Assert.Contains("4 of 5 queries have a copy among the others: q0.png = same.png", report.ToString(), StringComparison.Ordinal);
        // The other way round, what was a part is the whole.
        Assert.Equal(["half.jpg = q1.png SameImage Upright", "part.png = q3.png Whole Upright", "same.png = q0.png SameFile Upright",
            "turned.png = q2.png SameImage Turned90"], _context.HashRetrieval.FindLeaks(others, queries).Leaks.Select(Described));
    }

    [Fact]
    public void A_query_leaks_exactly_where_it_is_a_duplicate_of_one_of_the_others()
    {
        (string[] queries, string[] others) = Plant();
        string[] expected = [.. queries.Where(query => others.Any(other => _context.HashRetrieval.FindDuplicates([query, other]).Groups.Count > 0))];
        Assert.Equal(expected, _context.HashRetrieval.FindLeaks(queries, others).Leaks.Select(leak => leak.Query));
        string[] all = [.. queries, .. others];
        string[] within = [.. all.Where(one => all.Any(other => one != other && _context.HashRetrieval.FindDuplicates([one, other]).Groups.Count > 0))
            .Order(StringComparer.Ordinal)];
        Assert.Equal(8, within.Length);
        Assert.Equal(within, _context.HashRetrieval.FindLeaks(all).Leaks.Select(leak => leak.Query));
    }

    [Fact]
    public void The_order_of_files_and_the_number_of_threads_do_not_matter()
    {
        (string[] queries, string[] others) = Plant();
        // Several copies of one query: the most similar one is named, of equal ones the first by path.
        File.Copy(others[0], PathOf("another.png"));
        others = [.. others, PathOf("another.png"), Write("third.jpg", 1, 600, 450, SKEncodedImageFormat.Jpeg)];
        string expected = string.Join('\n', _context.HashRetrieval.FindLeaks(queries, others, new DuplicateOptions { Workers = 1 }).Leaks);
        Assert.Contains("another.png", expected, StringComparison.Ordinal);
        for (int seed = 1; seed < 4; seed++)
        {
            new Random(seed).Shuffle(queries);
            new Random(seed).Shuffle(others);
            LeakReport again = _context.HashRetrieval.FindLeaks([.. queries, queries[0]], others, new DuplicateOptions { Workers = seed });
            Assert.Equal(expected, string.Join('\n', again.Leaks));
        }
    }

    [Fact]
    public void A_path_in_both_lists_is_a_leak_but_an_image_among_the_others_is_none_of_itself()
    {
        string[] files = [Write("a.png", 1, 300, 200), Write("b.png", 2, 300, 200)];
        Leak leak = Assert.Single(_context.HashRetrieval.FindLeaks(files, [files[1], Path.Combine(_folder.FullName, ".", "missing.png")]).Leaks);
        Assert.Equal((files[1], files[1], DuplicateKind.SameFile), (leak.Query, leak.Copy, leak.Kind));
        Assert.Empty(_context.HashRetrieval.FindLeaks(files).Leaks);
        Assert.Equal("none of 2 queries has a copy among the others", _context.HashRetrieval.FindLeaks(files).ToString());
        Assert.Empty(_context.HashRetrieval.FindLeaks([], files).Leaks);
        Assert.Empty(_context.HashRetrieval.FindLeaks(files, []).Leaks);
    }

    [Fact]
    public void Images_of_one_color_and_damaged_files_are_said()
    {
        string white = PathOf("white.png"), alsoWhite = PathOf("also-white.png"), broken = PathOf("broken.png");
        File.WriteAllBytes(white, Blank(40));
        File.WriteAllBytes(alsoWhite, Blank(50));
        File.WriteAllBytes(broken, [1, 2, 3]);
        LeakReport report = _context.HashRetrieval.FindLeaks([white, broken], [alsoWhite]);
        Assert.Empty(report.Leaks);
        Assert.Equal([white], report.Uniform);
        Assert.Equal([broken], report.Skipped.Select(skipped => skipped.Path));
        File.Copy(white, alsoWhite, overwrite: true);
        Assert.Equal(DuplicateKind.SameFile, Assert.Single(_context.HashRetrieval.FindLeaks([white], [alsoWhite]).Leaks).Kind);
    }

    [Fact]
    public void Data_views_name_their_files()
    {
        (string[] queries, string[] others) = Plant();
        ImageFiles asked = _context.Data.LoadImageFiles(queries, 32, 32), searched = _context.Data.LoadImageFiles(others, 32, 32);
        Assert.Equal(_context.HashRetrieval.FindLeaks(queries, others).Leaks, _context.HashRetrieval.FindLeaks(asked, searched).Leaks);
        Assert.Empty(_context.HashRetrieval.FindLeaks(asked, asked).Leaks);
        ArgumentException error = Assert.Throws<ArgumentException>(() => _context.HashRetrieval.FindLeaks(asked, searched, "Path"));
        Assert.Contains("'Path'", error.Message, StringComparison.Ordinal);
        Assert.Contains("ImagePath", error.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            _context.HashRetrieval.FindLeaks(queries, others, cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void The_sentence_names_each_pair_once_and_tells_equal_names_apart_by_their_folders()
    {
        static Leak Of(string query, string copy) => new(query, copy, DuplicateKind.SameFile, ImagePose.Upright, 1);
        string a = Path.Combine("x", "a.jpg"), b = Path.Combine("y", "a.jpg");
        Assert.Equal($"2 of 9 queries have a copy among the others: {a} = {b}", new LeakReport([Of(a, b), Of(b, a)], 9, [], []).ToString());
        Leak[] five = [.. Enumerable.Range(0, 5).Select(i => Of($"q{i}", $"c{i}"))];
        Assert.EndsWith(": q0 = c0, q1 = c1, q2 = c2, ...", new LeakReport(five, 9, [], []).ToString(), StringComparison.Ordinal);
        Assert.Equal("1 of 9 queries has a copy among the others: q0 = c0", new LeakReport(five[..1], 9, [], []).ToString());
    }

    // Five queries of which four have a copy, and strangers.
    private (string[] Queries, string[] Others) Plant()
    {
        string[] queries = [.. Enumerable.Range(0, 5).Select(seed => Write($"q{seed}.png", seed, 400, 300))];
        File.Copy(queries[0], PathOf("same.png"));
        using SKBitmap whole = SKBitmap.Decode(queries[3]);
        using SKBitmap part = new(360, 270);
        whole.ExtractSubset(part, SKRectI.Create(20, 10, 360, 270));
        using (SKData data = part.Encode(SKEncodedImageFormat.Png, 100))
            File.WriteAllBytes(PathOf("part.png"), data.ToArray());
        File.WriteAllBytes(PathOf("turned.png"), DrawnScenes.Draw(2, 225, 300, pose: ImagePose.Turned90));
        return (queries, [PathOf("same.png"), Write("half.jpg", 1, 200, 150, SKEncodedImageFormat.Jpeg), PathOf("turned.png"), PathOf("part.png"),
            Write("stranger.png", 17, 400, 300), Write("other.png", 18, 300, 400)]);
    }

    private string Write(string name, int seed, int width, int height, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        File.WriteAllBytes(PathOf(name), DrawnScenes.Draw(seed, width, height, format, 60));
        return PathOf(name);
    }

    private static byte[] Blank(int side)
    {
        using var bitmap = new SKBitmap(side, side);
        bitmap.Erase(SKColors.White);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static string Described(Leak leak) => $"{Path.GetFileName(leak.Query)} = {Path.GetFileName(leak.Copy)} {leak.Kind} {leak.Pose}";

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
