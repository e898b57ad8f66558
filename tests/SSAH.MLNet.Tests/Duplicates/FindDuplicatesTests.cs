using Microsoft.ML;
using SkiaSharp;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Tests.Duplicates;

public sealed class FindDuplicatesTests : IDisposable
{
    private readonly MLContext _context = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-duplicates-");

    public void Dispose() => _folder.Delete(recursive: true);

    // What was done to a copy, and what the report must say of it.
    private static readonly (string Name, Func<int, byte[]> Draw, DuplicateKind Kind, ImagePose Undone)[] s_copies =
    [
        ("half.png", seed => DrawnScenes.Draw(seed, 200, 150), DuplicateKind.SameImage, ImagePose.Upright),
        ("jpeg.jpg", seed => DrawnScenes.Draw(seed, 400, 300, SKEncodedImageFormat.Jpeg, 40), DuplicateKind.SameImage, ImagePose.Upright),
        ("bright.png", seed => DrawnScenes.Draw(seed, 300, 225, brighter: 0.3), DuplicateKind.SameImage, ImagePose.Upright),
        ("mirrored.png", seed => DrawnScenes.Draw(seed, 300, 225, pose: ImagePose.Mirrored), DuplicateKind.SameImage, ImagePose.Mirrored),
        ("turned.png", seed => DrawnScenes.Draw(seed, 225, 300, pose: ImagePose.Turned90), DuplicateKind.SameImage, ImagePose.Turned270),
        ("part.png", seed => Part(seed, 0.06, 0.03, 0.9), DuplicateKind.Part, ImagePose.Upright),
        ("caption.png", Captioned, DuplicateKind.Captioned, ImagePose.Upright),
    ];

    [Fact]
    public void Planted_copies_are_found_and_nothing_else()
    {
        const int scenes = 10;
        string[] files = Plant(scenes);
        DuplicateReport report = _context.HashRetrieval.FindDuplicates(files);
        Assert.Equal((files.Length, 0, 0), (report.Files, report.Skipped.Count, report.Uniform.Count));
        Assert.Equal(scenes, report.Groups.Count);
        for (int seed = 0; seed < scenes; seed++)
        {
            DuplicateGroup group = Assert.Single(report.Groups, group =>
                group.Images.Any(image => Path.GetFileName(image.Path).StartsWith($"{seed:00}-", StringComparison.Ordinal)));
            Assert.Equal((PathOf($"{seed:00}-original.png"), 800, 600, DuplicateKind.Kept),
                (group.Kept.Path, group.Kept.Width, group.Kept.Height, group.Kept.Kind));
            Assert.Equal(s_copies.Length, group.Images.Count - 1);
            foreach ((string name, _, DuplicateKind kind, ImagePose undone) in s_copies)
            {
                DuplicateImage copy = Assert.Single(group.Copies, image => image.Path == PathOf($"{seed:00}-{name}"));
                Assert.Equal((name, kind, undone), (name, copy.Kind, copy.Pose));
                Assert.InRange(copy.Similarity, 0.99, 1);
                Assert.Equal(new FileInfo(copy.Path).Length, copy.FileSize);
            }
        }
        Assert.Equal(scenes * s_copies.Length, report.CopyCount);
    }

    [Fact]
    public void The_order_of_files_and_the_number_of_threads_do_not_matter()
    {
        string[] files = Plant(5);
        string expected = Described(_context.HashRetrieval.FindDuplicates(files, new DuplicateOptions { Workers = 1 }));
        for (int seed = 1; seed < 4; seed++)
        {
            new Random(seed).Shuffle(files);
            Assert.Equal(expected, Described(_context.HashRetrieval.FindDuplicates([.. files, files[0]], new DuplicateOptions { Workers = seed })));
        }
    }

    [Fact]
    public void Only_the_changes_asked_for_are_looked_through()
    {
        string[] files = Plant(3);
        DuplicateReport plain = _context.HashRetrieval.FindDuplicates(files, new DuplicateOptions { Changes = DuplicateChanges.None });
        Assert.All(plain.Groups, group => Assert.Equal(["bright.png", "half.png", "jpeg.jpg"], NamesOf(group)));
        DuplicateReport mirrored = _context.HashRetrieval.FindDuplicates(files,
            new DuplicateOptions { Changes = DuplicateChanges.Mirrored | DuplicateChanges.Captioned });
        Assert.All(mirrored.Groups, group => Assert.Equal(["bright.png", "caption.png", "half.png", "jpeg.jpg", "mirrored.png"], NamesOf(group)));

        static IEnumerable<string> NamesOf(DuplicateGroup group) =>
            group.Copies.Select(image => Path.GetFileName(image.Path)[3..]).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Images_of_one_color_are_no_group_unless_their_files_are_the_same()
    {
        byte[] white = DrawnFiles.Draw(SKEncodedImageFormat.Png, 40, 40, (_, _) => SKColors.White);
        // White drawings on transparent ground are white all over.
        byte[] drawing = DrawnFiles.Draw(SKEncodedImageFormat.Png, 40, 40, (x, y) => new SKColor(255, 255, 255, (byte)(x * y % 256)));
        string[] files =
        [
            white.ToFile(_folder, "a.png"), white.ToFile(_folder, "b.png"), drawing.ToFile(_folder, "c.png"),
            DrawnFiles.Draw(SKEncodedImageFormat.Png, 80, 80, (_, _) => SKColors.White).ToFile(_folder, "d.png"),
                DrawnFiles.Draw(SKEncodedImageFormat.Jpeg, 40, 40, (_, _) => SKColors.White).ToFile(_folder, "e.jpg"),
            DrawnScenes.Draw(1, 60, 60).ToFile(_folder, "f.png"),
        ];
        DuplicateReport report = _context.HashRetrieval.FindDuplicates(files);
        DuplicateGroup group = Assert.Single(report.Groups);
        Assert.Equal([files[0], files[1]], group.Images.Select(image => image.Path));
        Assert.Equal(DuplicateKind.SameFile, group.Images[1].Kind);
        Assert.Equal(files[..5], report.Uniform);
        Assert.Contains("5 images have one color only", $"{report}", StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_are_left_out_and_said()
    {
        string half = DrawnScenes.Draw(1, 100, 100)[..900].ToFile(_folder, "half.png"), text = "no image"u8.ToArray().ToFile(_folder, "text.jpg");
        string[] good = [DrawnScenes.Draw(2, 100, 100).ToFile(_folder, "x.png"), DrawnScenes.Draw(2, 50, 50).ToFile(_folder, "y.png")];
        DuplicateReport report = _context.HashRetrieval.FindDuplicates([half, good[0], text, PathOf("none.png"), good[1]]);
        Assert.Equal(good, Assert.Single(report.Groups).Images.Select(image => image.Path));
        Assert.Equal([half, PathOf("none.png"), text], report.Skipped.Select(each => each.Path));
        Assert.Contains("not an image", report.Skipped[2].Reason, StringComparison.Ordinal);
        Assert.Equal(5, report.Files);
        Assert.Empty(_context.HashRetrieval.FindDuplicates([]).Groups);
    }

    // Each step is a copy of the one before it, the last is another image than the first.
    [Fact]
    public void A_chain_of_likeness_is_not_one_group()
    {
        const int steps = 24;
        (Func<double, double, SKColor> first, Func<double, double, SKColor> last) = (DrawnScenes.Of(1), DrawnScenes.Of(2));
        string[] files = [.. Enumerable.Range(0, steps + 1).Select(step => DrawnFiles.Draw(SKEncodedImageFormat.Png, 64, 64, (x, y) =>
            Mixed(first(x / 64.0, y / 64.0), last(x / 64.0, y / 64.0), (double)step / steps)).ToFile(_folder, $"{step:00}.png"))];
        var options = new DuplicateOptions { Keep = DuplicateKeepRule.FirstPath, MinSimilarity = 0.98 };
        for (int step = 0; step < steps; step++)
            Assert.Single(_context.HashRetrieval.FindDuplicates([files[step], files[step + 1]], options).Groups);
        DuplicateReport report = _context.HashRetrieval.FindDuplicates(files, options);
        Assert.InRange(report.Groups.Count, 2, steps / 2);
        Assert.Equal(report.Groups.SelectMany(group => group.Images).Count(),
            report.Groups.SelectMany(group => group.Images).DistinctBy(image => image.Path).Count());
        Assert.All(report.Groups, group => Assert.All(group.Copies, copy =>
            Assert.Single(_context.HashRetrieval.FindDuplicates([group.Kept.Path, copy.Path], options with { Radius = 16 }).Groups)));
    }

    [Fact]
    public void The_rule_says_which_image_is_kept()
    {
        string small = DrawnScenes.Draw(3, 100, 100).ToFile(_folder, "b-small.png");
        string large = DrawnScenes.Draw(3, 200, 200, SKEncodedImageFormat.Jpeg, 5).ToFile(_folder, "c-large.jpg");
        string middle = DrawnScenes.Draw(3, 150, 150).ToFile(_folder, "a-middle.png");
        File.SetLastWriteTimeUtc(small, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        string largestFile = new[] { small, large, middle }.MaxBy(path => new FileInfo(path).Length)!;
        Assert.NotEqual(large, largestFile);
        foreach ((DuplicateKeepRule rule, string expected) in new[]
                 {
                     (DuplicateKeepRule.LargestImage, large), (DuplicateKeepRule.Oldest, small), (DuplicateKeepRule.FirstPath, middle),
                         (DuplicateKeepRule.LargestFile, largestFile),
                 })
            Assert.Equal((rule, expected), (rule, Assert.Single(_context.HashRetrieval.FindDuplicates([small, large, middle],
                new DuplicateOptions { Keep = rule, MinSimilarity = 0.9 }).Groups).Kept.Path));
    }

    [Fact]
    public void It_can_be_canceled_and_tells_how_far_it_is()
    {
        string[] files = Plant(2);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            _context.HashRetrieval.FindDuplicates(files, cancellationToken: new CancellationToken(canceled: true)));
        var reports = new List<DuplicateProgress>();
        _context.HashRetrieval.FindDuplicates(files, new DuplicateOptions { Workers = 1, Progress = new Sink(reports) });
        Assert.Equal((files.Length, files.Length), (reports[^1].Read, reports[^1].Files));
        Assert.InRange(reports[^1].Compared, 14, 1000);
        // How many candidates there are is known from the first look on, and all of them are done at the end.
        DuplicateProgress[] looks = [.. reports.Where(report => report.Candidates > 0)];
        Assert.All(looks, report => Assert.Equal(reports[^1].Candidates, report.Candidates));
        Assert.Equal(looks.Select(report => report.CandidatesDone).Order(), looks.Select(report => report.CandidatesDone));
        Assert.InRange(looks[0].CandidatesDone, 1, looks[0].Candidates);
        Assert.Equal(reports[^1].Candidates, reports[^1].CandidatesDone);
        Assert.InRange(reports[^1].Candidates, 14, long.MaxValue);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new DuplicateOptions { Radius = 17 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new DuplicateOptions { MinSimilarity = 0.4 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new DuplicateOptions { Workers = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new DuplicateOptions { Changes = (DuplicateChanges)16 });
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private string[] Plant(int scenes) =>
    [
        .. Enumerable.Range(0, scenes).SelectMany(seed => s_copies.Select(copy => copy.Draw(seed).ToFile(_folder, $"{seed:00}-{copy.Name}"))
            .Prepend(DrawnScenes.Draw(seed, 800, 600).ToFile(_folder, $"{seed:00}-original.png"))),
        .. Enumerable.Range(0, scenes).Select(seed => DrawnScenes.Draw(seed + 100, 300, 200).ToFile(_folder, $"{seed:00}.png")),
    ];

    private static byte[] Part(int seed, double left, double top, double share)
    {
        Func<double, double, SKColor> scene = DrawnScenes.Of(seed);
        return DrawnFiles.Draw(SKEncodedImageFormat.Png, 360, 270, (x, y) => scene(left + share * (x + 0.5) / 360, top + share * (y + 0.5) / 270));
    }

    private static byte[] Captioned(int seed)
    {
        Func<double, double, SKColor> scene = DrawnScenes.Of(seed);
        return DrawnFiles.Draw(SKEncodedImageFormat.Png, 400, 300, (x, y) => y < 260 ? scene((x + 0.5) / 400, (y + 0.5) / 300)
            : x / 9 % 2 == 0 && y is > 268 and < 290 ? SKColors.White : SKColors.Black);
    }

    private static SKColor Mixed(SKColor from, SKColor to, double share) =>
        new((byte)(from.Red + (to.Red - from.Red) * share), (byte)(from.Green + (to.Green - from.Green) * share),
            (byte)(from.Blue + (to.Blue - from.Blue) * share));

    private static string Described(DuplicateReport report) => string.Join('\n', report.Groups.Select(group => string.Join(", ", group.Images)));

    private sealed class Sink(List<DuplicateProgress> reports) : IProgress<DuplicateProgress>
    {
        public void Report(DuplicateProgress value) => reports.Add(value);
    }
}
