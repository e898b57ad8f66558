using SSAH.MLNet.Training.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Optimizers;

/// <summary>The optimizers against TorchSharp's, which are libtorch's formulas: the same weights to the bit from the same gradients.</summary>
public sealed class OptimizerTests
{
    private static readonly double[] s_factors = [0.1, 0.5, 1, 1, 0.7, 0.3, 0.01, 0];

    [Theory]
    [InlineData(0.05, 5e-4)]
    [InlineData(0.3, 0)]
    public void Nesterov_moves_as_TorchSharps_SGD_does(double rate, double decay)
    {
        var ours = Parameters();
        var theirs = Parameters();
        using var optimizer = new NesterovOptimizer([new ParameterGroup(ours[..2], rate, decay), new ParameterGroup(ours[2..], rate / 3)], 0.9);
        using var reference = optim.SGD(
            [
                new SGD.ParamGroup(theirs[..2], new SGD.Options { LearningRate = rate, weight_decay = decay }),
                new SGD.ParamGroup(theirs[2..], new SGD.Options { LearningRate = rate / 3, weight_decay = 0 }),
            ], rate, momentum: 0.9, nesterov: true);
        CheckSame(optimizer, reference, ours, theirs);
    }

    [Fact]
    public void Adam_moves_as_TorchSharps_does()
    {
        var ours = Parameters();
        var theirs = Parameters();
        using var optimizer = new AdamOptimizer([new ParameterGroup(ours, 0.001)], 0.5);
        using var reference = optim.Adam(theirs, 0.001, beta1: 0.5);
        CheckSame(optimizer, reference, ours, theirs);
    }

    [Fact]
    public void A_parameter_without_gradient_stays_and_so_does_its_momentum()
    {
        var parameters = Parameters();
        using var optimizer = new NesterovOptimizer([new ParameterGroup(parameters, 0.1, 0.1)], 0.9);
        Loss(parameters, 1).backward();
        optimizer.Step(1);
        optimizer.ZeroGradients();
        float[][] before = [Values(parameters[1]), Values(optimizer.State[1])];
        Assert.Contains(before[1], velocity => velocity != 0);
        float[] moved = Values(parameters[0]);
        parameters[0].sum().backward();
        optimizer.Step(1);
        Assert.Equal(before, [Values(parameters[1]), Values(optimizer.State[1])]);
        Assert.NotEqual(moved, Values(parameters[0]));
    }

    // A step was five operations on each parameter.
    [Fact]
    public void A_step_takes_three_native_calls_for_a_parameter_and_few_more()
    {
        Parameter[] parameters = [.. Enumerable.Range(0, 100).Select(_ => new Parameter(ones(3)))];
        using var optimizer = new NesterovOptimizer([new ParameterGroup(parameters[..50], 0.1, 0.1), new ParameterGroup(parameters[50..], 0.1)], 0.9);
        foreach (var parameter in parameters)
            parameter.grad = ones(3);
        var statistics = DisposeScopeManager.Statistics;
        long before = statistics.CreatedInScopeCount;
        optimizer.Step(1);
        Assert.InRange(statistics.CreatedInScopeCount - before, 1, 2 * parameters.Length + 30);
    }

    private static void CheckSame(Optimizer ours, optim.Optimizer theirs, Parameter[] ourParameters, Parameter[] theirParameters)
    {
        double[] peaks = [.. theirs.ParamGroups.Select(group => group.InitialLearningRate)];
        float[] start = Values(ourParameters[0]);
        foreach (var (step, factor) in s_factors.Index())
        {
            ours.ZeroGradients();
            theirs.zero_grad();
            Loss(ourParameters, step).backward();
            Loss(theirParameters, step).backward();
            foreach (var (group, peak) in theirs.ParamGroups.Zip(peaks))
                group.LearningRate = peak * factor;
            ours.Step(factor);
            theirs.step();
            foreach (var (our, their) in ourParameters.Zip(theirParameters))
                Assert.Equal(Values(their), Values(our));
        }
        Assert.NotEqual(start, Values(ourParameters[0]));
    }

    private static Tensor Loss(Parameter[] parameters, int step)
    {
        using var generator = new Generator((ulong)step, CPU);
        var inputs = randn(16, 5, generator: generator);
        return (inputs.matmul(parameters[0].t()).tanh().matmul(parameters[1]) + parameters[2]).pow(2).mean();
    }

    private static Parameter[] Parameters()
    {
        using var generator = new Generator(1, CPU);
        return [new Parameter(randn([7, 5], generator: generator)), new Parameter(randn([7, 3], generator: generator)),
            new Parameter(randn([3], generator: generator))];
    }

    private static float[] Values(Tensor tensor) => tensor.detach().data<float>().ToArray();
}
