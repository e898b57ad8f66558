using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Features;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Tests.Features;

public sealed class HashHeadTests
{
    private const int Dimensions = 12;

    private static HashHead Head(FeatureMatrix features, int bits, int classes, bool multiLabel)
    {
        HashHead head = UnsupervisedHead.Learn(features, bits, whitens: true, seed: 1, default);
        if (classes == 0)
            return head;
        var random = new Random(2);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(4 * random.NextDouble() - 2))];
        head = head with { Classes = new ClassLayer(new FeatureMatrix(Dimensions, classes, Draw(Dimensions * classes)), Draw(classes), multiLabel) };
        FeatureMatrix inputs = head.Classes!.Beside(head.Whiten(features));
        return head.Projecting(inputs, new FeatureMatrix(Dimensions + classes, bits, Draw((Dimensions + classes) * bits)), center: true);
    }

    [Theory]
    [InlineData(8, 0, false)]
    [InlineData(21, 3, false)]
    [InlineData(64, 5, true)]
    public void The_graph_computes_what_the_head_computes(int bits, int classes, bool multiLabel)
    {
        FeatureMatrix features = Clusters.Draw(200, Dimensions, 4, seed: 9).Features;
        HashHead head = Head(features, bits, classes, multiLabel);
        FeatureMatrix expected = head.Activations(head.Whiten(features));
        using var encoder = new HashEncoder(head.ToHashModel("test"), inputColumnName: "Features");
        float[] found = encoder.EncodeActivations(features.Values);
        for (int i = 0; i < found.Length; i++)
            Assert.Equal(expected.Values[i], found[i], 2e-5f);
        Assert.Equal(new PixelShape(Dimensions, 1, 1), encoder.InputShape);
    }

    [Fact]
    public void Many_rows_are_whitened_as_each_of_them_is()
    {
        // More than one block, and not a whole number of them.
        FeatureMatrix features = Clusters.Draw(4_100, Dimensions, 4, seed: 13).Features;
        HashHead head = Head(features.Slice(0, 400), 8, 0, false);
        FeatureMatrix whitened = head.Whiten(features);
        int[] rows = [0, 1_364, 1_365, 1_366, features.Rows - 1];
        Assert.All(rows, row => Assert.Equal(head.Whiten(features.Slice(row, 1)).Values, whitened.Row(row).ToArray()));
        Assert.Equal(features.Directions(head.Mean).Times(head.Whitening.Map).Directions(head.Whitening.Offset).Values, whitened.Values);
    }

    [Fact]
    public void Bits_are_balanced_over_the_rows_that_they_were_learned_from()
    {
        FeatureMatrix features = Clusters.Draw(1000, Dimensions, 4, seed: 10).Features;
        FeatureMatrix activations = Head(features, 8, 0, false) is var head ? head.Activations(head.Whiten(features)) : null!;
        Assert.All(Enumerable.Range(0, 8), bit => Assert.InRange(Enumerable.Range(0, 1000).Count(row => activations.Row(row)[bit] >= 0), 250, 750));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Each_bit_is_cut_at_the_mean_of_its_component(int classes)
    {
        FeatureMatrix features = Clusters.Draw(400, Dimensions, 4, seed: 12).Features;
        HashHead head = Head(features, 8, classes, multiLabel: false);
        FeatureMatrix activations = head.Activations(head.Whiten(features));
        Assert.All(Enumerable.Range(0, 8), bit => Assert.Equal(0, Enumerable.Range(0, 400).Average(row => Math.Atanh(activations.Row(row)[bit])), 0.02));
    }

    [Fact]
    public void A_model_of_features_says_so_when_it_is_damaged()
    {
        FeatureMatrix features = Clusters.Draw(50, Dimensions, 2, seed: 11).Features;
        byte[] onnx = Head(features, 8, 0, false).ToHashModel("test");
        using var session = new InferenceSession(onnx);
        Assert.Equal(["Features"], session.InputNames);
        Assert.ThrowsAny<DamagedFileException>(() => new HashEncoder(onnx.AsSpan(0, onnx.Length / 2)));
    }
}
