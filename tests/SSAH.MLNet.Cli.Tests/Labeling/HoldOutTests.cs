using CsCheck;
using SSAH.MLNet.Train.Cli;

namespace SSAH.MLNet.Cli.Tests.Labeling;

/// <summary>Laws of the split by which <c>ssah-train</c> measures.</summary>
public sealed class HoldOutTests
{
    // Images of up to three classes, some without a label, and groups of copies that may cross classes.
    private static readonly Gen<(LabeledPaths Images, string[][] Copies)> s_albums = Gen.Select(Gen.Int[-1, 2], Gen.Int[0, 29]).Array[0, 60].Select(drawn =>
        (new LabeledPaths([.. drawn.Select((each, i) => ($"{i}.jpg", each.Item1 < 0 ? Array.Empty<string>() : [$"class {each.Item1}"]))]),
            drawn.Select((each, i) => (Number: each.Item2, Path: $"{i}.jpg")).Where(each => each.Number < 15).GroupBy(each => each.Number, each => each.Path)
                .Select(same => same.ToArray()).ToArray()));

    [Fact]
    public void Copies_are_never_on_both_sides() => Gen.Select(s_albums, Gen.Double[0, 0.9], Gen.Int).Sample((album, share, seed) =>
    {
        (LabeledPaths kept, LabeledPaths held) = album.Images.HoldOut(share, seed, album.Copies);
        HashSet<string> learned = [.. kept.Images.Select(image => image.Path)], measured = [.. held.Images.Select(image => image.Path)];
        Assert.Empty(learned.Intersect(measured));
        Assert.All(held.Images, image => Assert.NotEmpty(image.Labels));
        foreach (string[] same in album.Copies)
            Assert.False(same.Any(learned.Contains) && same.Any(measured.Contains), string.Join(' ', same));
        // Only an unlabeled copy of a held-out image is on no side.
        foreach ((string path, string[] labels) in album.Images.Images.Where(image => !learned.Contains(image.Path) && !measured.Contains(image.Path)))
            Assert.True(labels.Length == 0 && album.Copies.Any(same => same.Contains(path) && same.Any(measured.Contains)), path);
    });

    [Fact]
    public void Without_copies_each_class_gives_its_share_and_keeps_one() => Gen.Select(s_albums, Gen.Double[0.01, 0.9], Gen.Int)
        .Sample((album, share, seed) =>
        {
            (LabeledPaths kept, LabeledPaths held) = album.Images.HoldOut(share, seed, []);
            Assert.Equal(album.Images.Count, kept.Count + held.Count);
            foreach (var label in album.Images.Images.Where(image => image.Labels.Length > 0).GroupBy(image => image.Labels[0]))
            {
                int all = label.Count(), wanted = Math.Min(all - 1, Math.Max(1, (int)Math.Round(all * share)));
                Assert.Equal(wanted, held.Images.Count(image => image.Labels[0] == label.Key));
            }
        });

    [Fact]
    public void Every_label_stays_known_whatever_copies_cross_classes() => Gen.Select(s_albums, Gen.Double[0, 0.9], Gen.Int).Sample((album, share, seed) =>
        Assert.Equal(Labels(album.Images), Labels(album.Images.HoldOut(share, seed, album.Copies).Kept)));

    [Fact]
    public void The_only_image_of_a_class_is_not_held_out_as_the_copy_of_another()
    {
        var images = new LabeledPaths([.. Enumerable.Range(0, 10).Select(i => ($"{i}.jpg", new[] { "cat" })), ("crop.jpg", ["dog"])]);
        for (int seed = 0; seed < 20; seed++)
            Assert.Contains(images.HoldOut(0.5, seed, [["9.jpg", "crop.jpg"]]).Kept.Images, image => image.Path == "crop.jpg");
    }

    [Fact]
    public void A_large_group_of_copies_does_not_take_the_place_of_a_class()
    {
        var images = new LabeledPaths([.. Enumerable.Range(0, 100).Select(i => ($"{i}.jpg", new[] { "cat" }))]);
        string[] same = [.. Enumerable.Range(0, 90).Select(i => $"{i}.jpg")];
        for (int seed = 0; seed < 20; seed++)
            Assert.InRange(images.HoldOut(0.2, seed, [same]).Held.Count, 9, 10);
    }

    private static IEnumerable<string> Labels(LabeledPaths images) => images.Images.SelectMany(image => image.Labels).Distinct().Order();

    [Fact]
    public void Nothing_is_held_out_where_nothing_is_asked_for() => s_albums.Sample(album =>
        Assert.Equal(album.Images.Images, album.Images.HoldOut(0, 1, album.Copies).Kept.Images));
}
