using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Method;

public sealed class HardSampleWarpTests
{
    /// <summary>Rotation about the center with bilinear sampling, written for one pixel at a time in pixel coordinates.</summary>
    private static double[] NaiveRotation(double[] image, int height, int width, double angle)
    {
        var result = new double[image.Length];
        double cy = (height - 1) / 2.0, cx = (width - 1) / 2.0;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                double sx = Math.Cos(angle) * (x - cx) - Math.Sin(angle) * (y - cy) + cx;
                double sy = Math.Sin(angle) * (x - cx) + Math.Cos(angle) * (y - cy) + cy;
                int x0 = (int)Math.Floor(sx), y0 = (int)Math.Floor(sy);
                for (int dy = 0; dy < 2; dy++)
                    for (int dx = 0; dx < 2; dx++)
                        if (x0 + dx >= 0 && x0 + dx < width && y0 + dy >= 0 && y0 + dy < height)
                            result[y * width + x] += image[(y0 + dy) * width + x0 + dx] * (1 - Math.Abs(sx - x0 - dx)) * (1 - Math.Abs(sy - y0 - dy));
            }
        return result;
    }

    [Theory]
    [InlineData(6, 6, 0.3)]
    [InlineData(5, 8, -0.7)]
    [InlineData(7, 4, 1.2)]
    public void Rotation_equals_the_naive_loop(int height, int width, double angle)
    {
        using var scope = NewDisposeScope();
        var random = new Random(1);
        double[] image = [.. Enumerable.Range(0, height * width).Select(_ => random.NextDouble())];
        double[] rotated = HardSampleWarp.Rotate(tensor(image, [1, 1, height, width]), tensor(new[] { angle })).data<double>().ToArray();
        double[] expected = NaiveRotation(image, height, width, angle);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], rotated[i], 1e-9);
    }

    [Fact]
    public void Angle_zero_and_an_empty_mask_change_nothing()
    {
        using var scope = NewDisposeScope();
        var images = randn(3, 3, 16, 16);
        Assert.True(HardSampleWarp.Apply(images, zeros(3), zeros(3, 1, 16, 16)).allclose(images, 1e-5, 1e-5));
        Assert.Same(images, HardSampleWarp.Apply(images, null, null));
    }

    [Fact]
    public void A_full_mask_leaves_the_mean() => Assert.Equal(0, HardSampleWarp.Apply(randn(2, 3, 8, 8), null, ones(2, 1, 8, 8)).abs().max().ToSingle());

    [Fact]
    public void The_gradient_of_angle_and_mask_equals_finite_differences()
    {
        using var scope = NewDisposeScope();
        // A smooth image: bilinear sampling has kinks where a sample crosses a pixel's center.
        var line = linspace(0, 1, 9, dtype: ScalarType.Float64);
        var image = (line.unsqueeze(1).square() + line.unsqueeze(0) * 0.5).view(1, 1, 9, 9);
        var weights = randn(1, 1, 9, 9, dtype: ScalarType.Float64);
        FiniteDifferences.Check(angle => (HardSampleWarp.Rotate(image, angle) * weights).sum(), tensor(new[] { 0.137 }), step: 1e-7, tolerance: 1e-4);
        FiniteDifferences.Check(mask => (HardSampleWarp.Apply(image, null, mask.view(1, 1, 9, 9)) * weights).sum(), full(81, 0.4, dtype: ScalarType.Float64));
    }
}
