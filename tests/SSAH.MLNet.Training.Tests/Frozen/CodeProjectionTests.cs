using System.Numerics.Tensors;
using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Frozen;

namespace SSAH.MLNet.Training.Tests.Frozen;

public sealed class CodeProjectionTests
{
    // p: each row is sure of one class; z: a direction of its own that has nothing to do with the class.
    private static FeatureMatrix Inputs(int rows, int classes, int dimensions, int seed)
    {
        var random = new Random(seed);
        var inputs = new FeatureMatrix(rows, classes + dimensions);
        for (int row = 0; row < rows; row++)
        {
            inputs.Row(row)[row % classes] = 1;
            for (int i = 0; i < dimensions; i++)
                inputs.Row(row)[classes + i] = (float)(random.NextDouble() - 0.5);
        }
        return inputs;
    }

    private static bool[][] Codes(FeatureMatrix inputs, FeatureMatrix projection)
    {
        FeatureMatrix values = inputs.Times(projection);
        float[] mean = values.Mean();
        return [.. Enumerable.Range(0, values.Rows).Select(row => mean.Select((cut, bit) => values.Row(row)[bit] >= cut).ToArray())];
    }

    private static double Distance(bool[] left, bool[] right) => left.Zip(right).Count(pair => pair.First != pair.Second);

    [Theory]
    [InlineData(4, 32)]
    [InlineData(60, 32)]
    public void The_more_classes_weigh_the_closer_are_codes_of_one_class(int classes, int bits)
    {
        FeatureMatrix inputs = Inputs(40 * classes, classes, 40, seed: 1);
        double[] within = [.. ((double[])[0.2, 2, 20]).Select(weight =>
        {
            bool[][] codes = Codes(inputs, new CodeProjection(weight, bits, seed: 1).Learn(inputs, classes, default));
            return Enumerable.Range(0, 20 * classes).Average(row => Distance(codes[row], codes[row + classes]));
        })];
        Assert.True(within[0] > within[1] && within[1] > within[2], string.Join(", ", within));
    }

    [Fact]
    public void With_many_classes_each_has_a_word_of_its_own_beside_bits_of_the_features()
    {
        const int classes = 60, bits = 32;
        FeatureMatrix inputs = Inputs(2400, classes, 40, seed: 2);
        FeatureMatrix projection = new CodeProjection(1.5, bits, seed: 1).Learn(inputs, classes, default);
        int words = Enumerable.Range(0, bits).Count(bit => Enumerable.Range(0, classes).All(c => Math.Abs(projection.Row(c)[bit]) == 1));
        Assert.Equal(19, words);
        for (int bit = 0; bit < bits; bit++)
        {
            bool readsFeatures = Enumerable.Range(classes, 40).Any(i => projection.Row(i)[bit] != 0);
            Assert.Equal(bit >= words, readsFeatures);
        }
    }

    [Fact]
    public void Words_of_classes_are_farther_apart_than_random_ones()
    {
        const int classes = 81, bits = 40;
        FeatureMatrix words = ClassWords.Draw(classes, bits, seed: 1);
        Assert.All(words.Values, value => Assert.Equal(1, Math.Abs(value)));
        Assert.Equal(words.Values, ClassWords.Draw(classes, bits, seed: 1).Values);
        var random = new Random(1);
        var drawn = new FeatureMatrix(classes, bits, [.. Enumerable.Range(0, classes * bits).Select(_ => random.Next(2) * 2f - 1)]);
        Assert.True(Worst(words) < Worst(drawn), $"{Worst(words)} of {Worst(drawn)} bits");

        static float Worst(FeatureMatrix matrix) => Enumerable.Range(0, matrix.Rows).Max(row =>
            Enumerable.Range(0, row).Select(other => Math.Abs(TensorPrimitives.Dot<float>(matrix.Row(row), matrix.Row(other)))).DefaultIfEmpty().Max());
    }

    [Fact]
    public void Features_alone_make_the_code_where_classes_weigh_nothing()
    {
        FeatureMatrix inputs = Inputs(400, 4, 40, seed: 3);
        FeatureMatrix projection = new CodeProjection(0, 16, seed: 1).Learn(inputs, 4, default);
        Assert.All(Enumerable.Range(0, 4), c => Assert.All(projection.Row(c).ToArray(), value => Assert.Equal(0, value)));
    }
}
