using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Method;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Method;

public sealed class PseudoLabelingTests : IDisposable
{
    private const int Rows = 60;
    private const int Classes = 3;
    private const int FirstRow = 100;
    private readonly HashNetwork _teacher = new(BackboneNetwork.SmallResNet(3, 16), bits: 16, classHeadSize: Classes);
    private readonly Tensor _images;

    public PseudoLabelingTests()
    {
        using var generator = new Generator(5, CPU);
        Initialization.Apply(_teacher, generator);
        _teacher.eval();
        _images = randn(Rows, 3, 16, 16, generator: generator);
    }

    public void Dispose()
    {
        _teacher.Dispose();
        _images.Dispose();
    }

    // Rows of the training set are numbered on from another number than rows of the batch.
    private PseudoLabels? Label(double threshold, bool multiLabel = false)
    {
        using var rule = new ConfidenceRule(threshold);
        return new PseudoLabeling(_teacher, multiLabel, rule).Label(_images, [.. Enumerable.Range(FirstRow, Rows)]);
    }

    [Fact]
    public void Only_sure_images_are_taught_with_the_teacher_s_own_label_and_code()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var output = _teacher.call(_images);
        var (best, label) = nn.functional.softmax(output.Logits!, 1).max(1);
        float[] confidence = best.data<float>().ToArray();
        double threshold = confidence.Order().ElementAt(Rows / 2);

        var taught = Label(threshold)!.Value;

        // Half of the images are sure; a sixth of the batch is the unit in which they are taken.
        Assert.Equal(Rows / 2, taught.Count);
        for (int i = 0; i < taught.Count; i++)
        {
            int row = taught.Rows[i] - FirstRow;
            Assert.True(confidence[row] >= threshold);
            Assert.Equal(label[row].ToInt64(), taught.Targets![i].argmax().ToInt64());
            Assert.Equal(1, taught.Targets![i].sum().ToSingle());
            Assert.True(taught.Teacher.Code[i].allclose(output.Code[row]));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.6)]
    public void With_several_labels_those_are_taught_that_the_teacher_is_sure_of(double threshold)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        float[] probabilities = _teacher.call(_images).Logits!.sigmoid().data<float>().ToArray();
        float Confidence(int row, int label) => Math.Max(probabilities[row * Classes + label], 1 - probabilities[row * Classes + label]);
        bool IsSure(int row) => Enumerable.Range(0, Classes).Average(label => Confidence(row, label)) >= threshold;

        var taught = Label(threshold, multiLabel: true)!.Value;

        int[] rows = [.. taught.Rows.Select(row => row - FirstRow)];
        Assert.All(rows, row => Assert.True(IsSure(row)));
        Assert.InRange(Enumerable.Range(0, Rows).Count(IsSure) - rows.Length, 0, Rows / 6 - 1);
        float[] targets = taught.Targets!.data<float>().ToArray(), known = taught.Known!.data<float>().ToArray();
        for (int i = 0; i < targets.Length; i++)
        {
            var (row, label) = (rows[i / Classes], i % Classes);
            Assert.Equal(probabilities[row * Classes + label], targets[i], 1e-6f);
            Assert.Equal(Confidence(row, label) >= threshold ? 1 : 0, known[i]);
        }
        Assert.Equal(threshold > 0, known.Contains(0));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 2)]
    [InlineData(Rows / 6 - 1, Rows / 6 - 1)]
    [InlineData(Rows / 6 + 1, Rows / 6)]
    public void Few_sure_images_are_all_taught_but_for_a_single_one(int sure, int expected)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        float[] confidence = [.. nn.functional.softmax(_teacher.call(_images).Logits!, 1).max(1).values.data<float>().ToArray().OrderDescending()];
        double threshold = sure == 0 ? 1.01 : (confidence[sure - 1] + confidence[sure]) / 2;
        Assert.Equal(expected, Label(threshold)?.Count ?? 0);
    }
}
