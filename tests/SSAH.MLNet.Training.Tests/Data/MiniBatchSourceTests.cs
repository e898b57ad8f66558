using SSAH.MLNet.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Data;

public sealed class MiniBatchSourceTests
{
    [Fact]
    public void Targets_of_very_many_classes_take_no_more_room_than_their_rows()
    {
        const int classes = 400_000;
        var builder = new TrainingSet.Builder(new PixelShape(1, 4, 4));
        foreach (int[] labels in new int[][] { [classes - 1], [], [0] })
            builder.Add(labels).Fill((byte)(60 * builder.Count));
        var set = builder.Build(classes, multiLabel: false, names: null, validationFraction: 0, seed: 1);
        var source = new MiniBatchSource(set, ImageNormalization.Measure(set), new ImageAugmentation(0, false, 0), () => new Random(1), CPU);
        using var scope = NewDisposeScope();
        var targets = source.Targets([0, 1, 2]);
        Assert.Equal([1f, 0f, 1f], targets.sum(1).data<float>().ToArray());
        Assert.Equal((1f, 1f), (targets[0, classes - 1].ToSingle(), targets[2, 0].ToSingle()));
    }

    [Fact]
    public void The_view_of_an_image_depends_on_its_seed_and_not_on_threads_or_neighbors()
    {
        var builder = new TrainingSet.Builder(new PixelShape(3, 12, 12));
        for (int row = 0; row < 40; row++)
            new Random(row).NextBytes(builder.Add([row % 2]));
        var set = builder.Build(2, multiLabel: false, names: null, validationFraction: 0, seed: 1);
        var (normalization, augmentation) = (ImageNormalization.Measure(set), new ImageAugmentation(0.25, true, 0.3));
        int[] rows = [.. Enumerable.Range(0, 40)];
        using var scope = NewDisposeScope();
        float[] drawn = new MiniBatchSource(set, normalization, augmentation, () => new Random(5), CPU).Draw(rows).data<float>().ToArray();
        var seeds = new Random(5);
        float[] expected = new float[set.Shape.Size];
        foreach (int row in rows)
        {
            augmentation.Draw(set.Image(row), set.Shape, normalization, new Random(seeds.Next()), expected);
            Assert.Equal(expected, drawn[(row * set.Shape.Size)..((row + 1) * set.Shape.Size)]);
        }
    }
}
