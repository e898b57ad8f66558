using SSAH.MLNet.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Data;

public sealed class MiniBatchTests
{
    [Fact]
    public void Targets_of_very_many_classes_take_no_more_room_than_their_rows()
    {
        const int classes = 400_000;
        var builder = new TrainingSet.Builder(new PixelShape(1, 4, 4));
        foreach (int[] labels in new int[][] { [classes - 1], [], [0] })
            builder.Add(labels).Fill((byte)(60 * builder.Count));
        var set = builder.Build(classes, multiLabel: false, names: null, validationFraction: 0, seed: 1);
        var source = new MiniBatchSource(set, ImageNormalization.Measure(set), new EasyView(0, false, 0), new Random(1), CPU);
        using var scope = NewDisposeScope();
        var targets = source.Targets([0, 1, 2]);
        Assert.Equal([1f, 0f, 1f], targets.sum(1).data<float>().ToArray());
        Assert.Equal((1f, 1f), (targets[0, classes - 1].ToSingle(), targets[2, 0].ToSingle()));
    }
}
