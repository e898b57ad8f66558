using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Samples.Tests.BenchmarkData;

public sealed class ImageSplitsTests
{
    [Fact]
    public void Plain_collection_gives_a_tenth_of_each_class_as_queries_and_as_labeled()
    {
        var images = DrawnImages.Create(perClass: 30, side: 8);
        var split = ImageSplits.Draw(images, seed: 1);
        AssertParts(images, split, queriesPerClass: 3, labeledPerClass: 3);
        Assert.Equal(240, split.Database.Count);
        Assert.Equal(split.Queries, ImageSplits.Draw(images, seed: 1).Queries);
        Assert.NotEqual(split.Queries, ImageSplits.Draw(images, seed: 2).Queries);
    }

    [Fact]
    public void Sixty_thousand_images_of_ten_classes_follow_the_protocol_of_the_literature()
    {
        var images = Empty([.. Enumerable.Range(0, 60_000).Select(i => new[] { i % 10 })], 10);
        var split = ImageSplits.Draw(images, seed: 3);
        Assert.Equal("C10-54k", split.Protocol);
        AssertParts(images, split, queriesPerClass: 100, labeledPerClass: 500);
        Assert.Equal(54_000, split.Database.Count);
    }

    [Fact]
    public void Test_part_gives_the_queries_and_training_part_the_database()
    {
        ImagePart[] parts = [.. Enumerable.Range(0, 60).Select(i => i < 40 ? ImagePart.Train : i < 50 ? ImagePart.Test : ImagePart.Validation)];
        var images = Empty([.. Enumerable.Range(0, 60).Select(i => new[] { i % 2 })], 2, parts);
        var split = ImageSplits.Draw(images, seed: 1);
        Assert.Equal(images.IndicesOf(ImagePart.Test), split.Queries);
        Assert.Equal(images.IndicesOf(ImagePart.Train), split.Database);
        Assert.Equal(20, split.Labeled.Count);
        Assert.Equal(30, split.UnlabeledTraining.Count);
    }

    [Fact]
    public void Sets_of_labels_are_split_too()
    {
        var images = Empty([.. Enumerable.Range(0, 50).Select(i => i % 2 == 0 ? new[] { 0, 1 } : [2])], 3);
        var split = ImageSplits.Draw(images, seed: 1);
        Assert.Equal((10, 8, 40), (split.Queries.Count, split.Labeled.Count, split.Database.Count));
        Assert.True(images.ToLabelSets().IsMultiLabel);
    }

    [Fact]
    public void Class_of_two_images_is_an_error_that_says_so()
    {
        var images = Empty([[0], [0], [0], [1], [1]], 2);
        Assert.Contains("2 images", Assert.Throws<InvalidDataException>(() => ImageSplits.Draw(images, 1)).Message, StringComparison.Ordinal);
    }

    private static void AssertParts(ImageSet images, RetrievalSplit split, int queriesPerClass, int labeledPerClass)
    {
        for (var c = 0; c < images.ClassNames.Count; c++)
        {
            Assert.Equal(queriesPerClass, split.Queries.Count(row => images.ClassOf(row) == c));
            Assert.Equal(labeledPerClass, split.Labeled.Count(row => images.ClassOf(row) == c));
        }

        Assert.Empty(split.Queries.Intersect(split.Labeled));
        Assert.Empty(split.Queries.Intersect(split.UnlabeledTraining));
        Assert.Empty(split.Queries.Intersect(split.Database));
    }

    private static ImageSet Empty(int[][] labels, int classes, ImagePart[]? parts = null) =>
        new("set", "made in a test", 1, 1, new byte[labels.Length * 3], labels, [.. Enumerable.Range(0, classes).Select(c => $"class {c}")], parts);
}
