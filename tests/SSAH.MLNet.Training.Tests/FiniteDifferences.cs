using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests;

/// <summary>Compares a gradient that autograd gives with central differences.</summary>
internal static class FiniteDifferences
{
    public static void Check(Func<Tensor, Tensor> function, Tensor at, double step = 1e-5, double tolerance = 1e-5)
    {
        using var scope = NewDisposeScope();
        var x = at.to(ScalarType.Float64).detach().clone().requires_grad_(true);
        function(x).backward();
        double[] gradient = x.grad!.data<double>().ToArray();
        double[] values = x.detach().data<double>().ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            double Value(double offset)
            {
                double[] moved = [.. values];
                moved[i] += offset;
                using var inner = NewDisposeScope();
                return function(tensor(moved, at.shape)).ToDouble();
            }
            double expected = (Value(step) - Value(-step)) / (2 * step);
            Assert.True(Math.Abs(expected - gradient[i]) < tolerance * Math.Max(1, Math.Abs(expected)),
                $"element {i}: autograd {gradient[i]}, differences {expected}");
        }
    }
}
