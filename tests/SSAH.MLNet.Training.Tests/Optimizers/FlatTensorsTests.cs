using SSAH.MLNet.Training.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Optimizers;

public sealed class FlatTensorsTests
{
    [Fact]
    public void Merged_tensors_keep_their_values_and_move_with_the_buffer()
    {
        using var scope = NewDisposeScope();
        Tensor[] tensors = [randn(3, 4), randn(7), randn(2, 5).t(), ones(1, 1, 1)];
        float[][] before = [.. tensors.Select(Values)];
        using var flat = FlatTensors.Merge(tensors);
        Assert.Equal(before.SelectMany(values => values), Values(flat.Values));
        Assert.Equal(before, tensors.Select(Values));
        Assert.Equal(tensors.Select(tensor => tensor.shape), flat.Parts.Select(part => part.shape));
        flat.Values.add_(1);
        Assert.Equal(before.Select(values => values.Select(value => value + 1)), tensors.Select(Values));
        tensors[1].zero_();
        Assert.Equal(new float[7], Values(flat.Parts[1]));
        Assert.Equal(Values(flat.Values)[12..20], Values(flat.Range(flat.Values, 1, 1)).Append(Values(tensors[2])[0]));
    }

    [Fact]
    public void Merged_parameters_are_leaves_with_gradients_of_their_own()
    {
        using var scope = NewDisposeScope();
        var (left, right) = (new Parameter(randn(3, 4)), new Parameter(randn(5)));
        using var flat = FlatTensors.Merge([left, right]);
        (left.pow(2).sum() + (right * 3).sum()).backward();
        Assert.Equal(Values(left).Select(value => 2 * value), Values(left.grad!));
        Assert.All(Values(right.grad!), gradient => Assert.Equal(3, gradient));
        Assert.True(left.is_leaf && left.requires_grad && !flat.Values.requires_grad);
    }

    [Fact]
    public void A_step_on_many_parameters_is_the_step_on_each()
    {
        // Where vectors of the processor end differs between one buffer and many.
        var random = new Random(2);
        int[] sizes = [.. Enumerable.Range(0, 40).Select(_ => random.Next(1, 70))];
        Parameter[] together = [.. sizes.Select((size, i) => Start(size, i))], apart = [.. sizes.Select((size, i) => Start(size, i))];
        using var all = new NesterovOptimizer([new ParameterGroup(together[..15], 0.1, 0.01), new ParameterGroup(together[15..], 0.03)], 0.9);
        NesterovOptimizer[] each = [.. apart.Select((parameter, i) => new NesterovOptimizer(
            [i < 15 ? new ParameterGroup([parameter], 0.1, 0.01) : new ParameterGroup([parameter], 0.03)], 0.9))];
        for (int step = 0; step < 5; step++)
        {
            foreach (var (left, right) in together.Zip(apart))
            {
                var gradient = randn(left.shape);
                (left.grad, right.grad) = (gradient, gradient.clone());
            }
            all.Step(0.5);
            foreach (var optimizer in each)
                optimizer.Step(0.5);
            Assert.Equal(apart.Select(Values), together.Select(Values));
        }
        foreach (var optimizer in each)
            optimizer.Dispose();

        static Parameter Start(int size, int seed)
        {
            using var generator = new Generator((ulong)seed, CPU);
            return new Parameter(randn(size, generator: generator));
        }
    }

    private static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
