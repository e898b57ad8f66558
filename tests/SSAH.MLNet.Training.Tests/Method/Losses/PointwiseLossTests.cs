using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Method;

public sealed class PointwiseLossTests
{
    [Fact]
    public void Cross_entropy_equals_the_library_s()
    {
        using var scope = NewDisposeScope();
        var logits = randn(7, 5);
        var classes = tensor(new long[] { 0, 4, 2, 2, 1, 3, 0 });
        var targets = nn.functional.one_hot(classes, 5).to(ScalarType.Float32);
        var expected = nn.functional.cross_entropy(logits, classes, reduction: nn.Reduction.None);
        Assert.True(ClassificationLoss.PerRow(logits, targets, multiLabel: false).allclose(expected, 1e-5, 1e-6));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(new double[] { 1, 0, 1, 0, 0, 0 })]
    public void Multi_label_is_the_sum_of_the_known_labels_binary_cross_entropies(double[]? known)
    {
        using var scope = NewDisposeScope();
        double[] logits = [0.3, -2, 1.5, 4, 0, -0.2], targets = [1, 0, 1, 1, 0, 1];
        double[] result = ClassificationLoss.PerRow(tensor(logits, [2, 3]), tensor(targets, [2, 3]), multiLabel: true,
            known is null ? null : tensor(known, [2, 3])).data<double>().ToArray();
        for (int row = 0; row < 2; row++)
        {
            double expected = Enumerable.Range(3 * row, 3).Where(i => known is null || known[i] == 1)
                .Sum(i => Math.Log(1 + Math.Exp(targets[i] == 1 ? -logits[i] : logits[i])));
            Assert.Equal(expected, result[row], 1e-9);
        }
    }

    [Fact]
    public void Quantization_is_zero_at_bits_and_one_at_zero()
    {
        using var scope = NewDisposeScope();
        double[] values = QuantizationLoss.PerRow(tensor(new[] { 1.0, -1, 1, 0, 0, 0, 0.5, -0.5, 0.5 }, [3, 3])).data<double>().ToArray();
        Assert.Equal([0, 1, 0.25], values);
        FiniteDifferences.Check(u => QuantizationLoss.PerRow(u).sum(), tensor(new[] { 0.3, -0.7, 0.9, -0.2 }, [2, 2]));
    }

    [Fact]
    public void Consistency_is_the_mean_squared_difference_and_only_moves_the_hard_view()
    {
        using var scope = NewDisposeScope();
        var target = tensor(new[] { 1.0, -1, 0.5, 0 }, [2, 2]);
        Assert.Equal([2.5, 0.125], ConsistentLoss.PerRow(tensor(new[] { 0.0, 1, 0, 0 }, [2, 2]), target).data<double>().ToArray());
        FiniteDifferences.Check(u => ConsistentLoss.PerRow(u, target).sum(), tensor(new[] { 0.3, -0.7, 0.9, -0.2 }, [2, 2]));
    }

    [Theory]
    [InlineData(0, 2 * 0.006737946999085467)]
    [InlineData(0.1, 2 * 0.2865047968601901)]
    [InlineData(0.2, 2)]
    [InlineData(1, 2)]
    public void The_consistent_weight_ramps_up(double progress, double expected) => Assert.Equal(expected, ConsistentLoss.Weight(2, progress, 0.2), 1e-9);

    [Fact]
    public void Without_a_ramp_the_weight_is_there_from_the_start() => Assert.Equal(3, ConsistentLoss.Weight(3, 0, 0));

    [Fact]
    public void The_objective_skips_an_image_against_itself_and_survives_one_class_in_the_batch()
    {
        using var scope = NewDisposeScope();
        var objective = new HashingObjective(1, 12, 0, multiLabel: false, LabelSimilarity.Cosine);
        var codes = tensor(new float[] { 1, 1, -1, -1 }, [2, 2]);
        var targets = tensor(new float[] { 1, 0, 1, 0 }, [2, 2]);
        float[] loss = objective.Similarity(codes, targets, new Anchors(codes, targets), skipSelf: true).data<float>().ToArray();
        // Each row only meets the other one, of its class and opposite to it: theta = -12, and softplus(-12) + 12.
        Assert.All(loss, value => Assert.Equal(12, value, 1e-3));
    }

    [Theory]
    [InlineData(LabelSimilarity.Cosine, new[] { 0, 1, 2 }, new[] { 0, 1, 2 }, 1)]
    [InlineData(LabelSimilarity.Cosine, new[] { 0 }, new[] { 0 }, 1)]
    [InlineData(LabelSimilarity.Cosine, new[] { 0 }, new[] { 1 }, 0)]
    [InlineData(LabelSimilarity.Cosine, new int[0], new[] { 1 }, 0)]
    [InlineData(LabelSimilarity.Cosine, new[] { 0, 1 }, new[] { 1, 2 }, 0.5)]
    [InlineData(LabelSimilarity.Cosine, new[] { 0 }, new[] { 0, 1, 2, 3 }, 0.5)]
    [InlineData(LabelSimilarity.Cosine, new[] { 0, 1, 2, 3 }, new[] { 1, 2, 3, 4 }, 0.75)]
    [InlineData(LabelSimilarity.AnyShared, new[] { 0, 1, 2 }, new[] { 2, 3, 4 }, 1)]
    [InlineData(LabelSimilarity.AnyShared, new[] { 0, 1 }, new[] { 2, 3, 4 }, 0)]
    public void Images_are_as_similar_as_their_labels(LabelSimilarity kind, int[] first, int[] second, double similar)
    {
        using var scope = NewDisposeScope();
        var objective = new HashingObjective(1, 12, 0, multiLabel: true, kind);
        Tensor Labels(int[] labels) => tensor(Enumerable.Range(0, 5).Select(c => labels.Contains(c) ? 1f : 0f).ToArray(), [1, 5]);
        // Codes that agree by a half: the squared error to the degree, or the likelihood at theta = 6.
        var (code, other) = (ones(1, 4), tensor(new float[] { 1, 1, 1, -1 }, [1, 4]));
        float loss = objective.Similarity(code, Labels(first), new Anchors(other, Labels(second)), skipSelf: false).ToSingle();
        double expected = kind == LabelSimilarity.Cosine ? 12 * Math.Pow(0.5 - similar, 2) : Math.Log(1 + Math.Exp(6)) - 6 * similar;
        Assert.Equal(expected, loss, 1e-5);
    }

    [Theory]
    [InlineData(LabelSimilarity.Cosine)]
    [InlineData(LabelSimilarity.AnyShared)]
    public void Degrees_take_probable_labels_by_their_probability_and_a_yes_or_no_takes_the_likely_ones(LabelSimilarity kind)
    {
        using var scope = NewDisposeScope();
        var objective = new HashingObjective(1, 12, 0, multiLabel: true, kind);
        var (code, other) = (ones(1, 4), ones(1, 4));
        float Loss(float[] own) => objective.Similarity(code, tensor(own, [1, 3]), new Anchors(other, tensor(new[] { 0.2f, 0.9f, 0.7f }, [1, 3])),
            skipSelf: false).ToSingle();
        // .8 x .2 + .3 x .9 + .6 x .7 = .85 labels are likely to be shared, of 1.7 and 1.8; of the labels above one half the last is shared.
        double expected = kind == LabelSimilarity.Cosine ? 12 * Math.Pow(1 - 0.85 / Math.Sqrt(1.7 * 1.8), 2) : Math.Log(1 + Math.Exp(12)) - 12;
        Assert.Equal(expected, Loss([0.8f, 0.3f, 0.6f]), 1e-4);
        Assert.NotEqual(expected, Loss([0.8f, 0.3f, 0.4f]), 1e-1);
    }

    [Fact]
    public void The_class_head_takes_likely_labels_for_certain()
    {
        using var scope = NewDisposeScope();
        var objective = new HashingObjective(0, 12, 1, multiLabel: true, LabelSimilarity.Cosine);
        var output = new HashOutput(rand(1, 8), tensor(new[] { 0.5f, -1f, 2f }, [1, 3]));
        float Loss(params float[] targets) => objective.Classification(output, tensor(targets, [1, 3])).ToSingle();
        Assert.Equal(Loss(1, 0, 1), Loss(0.9f, 0.2f, 0.6f));
    }

    [Fact]
    public void With_one_label_an_image_the_degree_of_similarity_makes_no_difference()
    {
        using var scope = NewDisposeScope();
        var (codes, targets) = (rand(5, 8) * 2 - 1, nn.functional.one_hot(tensor(new long[] { 0, 1, 2, 0, 1 }), 3).to(ScalarType.Float32));
        Tensor Loss(LabelSimilarity kind) => new HashingObjective(1, 12, 0, multiLabel: false, kind).Similarity(codes, targets,
            new Anchors(codes, targets), skipSelf: true);
        Assert.True(Loss(LabelSimilarity.Cosine).equal(Loss(LabelSimilarity.AnyShared)).all().ToBoolean());
    }

    [Fact]
    public void What_is_taught_of_a_label_that_is_not_known_does_not_matter_to_the_class_head()
    {
        using var scope = NewDisposeScope();
        var objective = new HashingObjective(0, 12, 1, multiLabel: true, LabelSimilarity.Cosine);
        var (output, known) = (new HashOutput(rand(1, 8), tensor(new[] { 0.5f, -1f, 2f }, [1, 3])), tensor(new[] { 1f, 1f, 0f }, [1, 3]));
        var anchors = new Anchors(rand(2, 8), ones(2, 3));
        float Loss(float unsure, Tensor? only) => objective.PerRow(output, tensor(new[] { 1f, 0f, unsure }, [1, 3]), only, anchors).ToSingle();
        Assert.Equal(Loss(0, known), Loss(1, known));
        Assert.NotEqual(Loss(0, null), Loss(1, null));
    }

    [Fact]
    public void The_objective_of_an_image_does_not_depend_on_the_rest_of_its_batch()
    {
        using var scope = NewDisposeScope();
        var objective = new HashingObjective(0.7, 12, 1.3, multiLabel: false, LabelSimilarity.Cosine);
        var anchors = new Anchors(rand(6, 8) * 2 - 1, nn.functional.one_hot(tensor(new long[] { 0, 1, 2, 0, 1, 2 }), 3).to(ScalarType.Float32));
        var (codes, logits) = (rand(4, 8) * 2 - 1, randn(4, 3));
        var targets = nn.functional.one_hot(tensor(new long[] { 2, 1, 0, 0 }), 3).to(ScalarType.Float32);
        var whole = objective.PerRow(new HashOutput(codes, logits), targets, null, anchors);
        for (int i = 0; i < 4; i++)
        {
            var alone = objective.PerRow(new HashOutput(codes.narrow(0, i, 1), logits.narrow(0, i, 1)), targets.narrow(0, i, 1), null, anchors);
            Assert.True(alone.allclose(whole.narrow(0, i, 1), 1e-5, 1e-6));
        }
    }
}
