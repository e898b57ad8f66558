using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.SelfPacing;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Loop;

public sealed class TeachingTests
{
    private const int Rows = 60;
    private const int Classes = 3;

    private static HashNetwork Teacher(Generator generator)
    {
        var network = new HashNetwork(BackboneNetwork.SmallResNet(3, 16), bits: 16, classHeadSize: Classes);
        Initialization.Apply(network, generator);
        network.eval();
        return network;
    }

    [Fact]
    public void Only_sure_images_are_taught_with_the_teacher_s_own_label_and_code()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        using var teacher = Teacher(generator);
        var images = randn(Rows, 3, 16, 16, generator: generator);
        using var noGradient = no_grad();
        var output = teacher.call(images);
        var (best, label) = nn.functional.softmax(output.Logits!, 1).max(1);
        float[] confidence = best.data<float>().ToArray();
        double threshold = confidence.Order().ElementAt(Rows / 2);

        int[] numbers = [.. Enumerable.Range(100, Rows)];
        using var rule = new ConfidenceRule(threshold);
        var taught = new Teaching(teacher, multiLabel: false, rule).Label(new MiniBatch(images, zeros(Rows, Classes)), numbers)!.Value;

        // Half of the images are sure; a sixth of the batch is the unit in which they are taken.
        Assert.Equal(Rows / 2, taught.Count);
        for (int i = 0; i < taught.Count; i++)
        {
            int row = taught.Rows[i] - 100;
            Assert.True(confidence[row] >= threshold);
            Assert.Equal(label[row].ToInt64(), taught.Targets[i].argmax().ToInt64());
            Assert.Equal(1, taught.Targets[i].sum().ToSingle());
            Assert.True(taught.Taught.Code[i].allclose(output.Code[row]));
        }
    }

    [Fact]
    public void With_several_labels_each_is_taught_as_sure_as_the_teacher_is_of_it()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        using var teacher = Teacher(generator);
        var images = randn(Rows, 3, 16, 16, generator: generator);
        using var noGradient = no_grad();
        var probabilities = teacher.call(images).Logits!.sigmoid();
        using var rule = new ConfidenceRule(0);
        var taught = new Teaching(teacher, multiLabel: true, rule).Label(new MiniBatch(images, zeros(Rows, Classes)), [.. Enumerable.Range(0, Rows)])!.Value;

        Assert.Equal(Rows, taught.Count);
        Assert.True(taught.Targets.allclose(probabilities));
    }

    [Fact]
    public void Nobody_sure_is_nothing_taught()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        using var teacher = Teacher(generator);
        var images = randn(Rows, 3, 16, 16, generator: generator);
        using var rule = new ConfidenceRule(1.01);
        Assert.Null(new Teaching(teacher, multiLabel: false, rule).Label(new MiniBatch(images, zeros(Rows, Classes)), [.. Enumerable.Range(0, Rows)]));
    }
}
