using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>
/// A first layer that is measured, not learned: the strongest directions of the images' 3x3 patches at equal strength, and their negatives, each with a
/// shift that is learned (Page 2019; Jordan, arXiv:2404.00498).
/// </summary>
internal sealed class PatchWhitening : Layer
{
    /// <summary>Directions; outputs are twice as many.</summary>
    public const int Directions = 16;

    private const int Side = 3;
    private const double Epsilon = 5e-4;
    private readonly Parameter weight;
    private readonly Parameter shift;

    public PatchWhitening(long channels) : base(nameof(PatchWhitening))
    {
        weight = new Parameter(zeros(2 * Directions, channels, Side, Side), requires_grad: false);
        shift = new Parameter(zeros(2 * Directions));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => nn.functional.conv2d(input, Like(weight, input), Like(shift, input), padding: [Side / 2, Side / 2]);

    /// <summary>Measures the directions.</summary>
    /// <param name="images">A few hundred, [N, C, H, W], normalized.</param>
    public void Measure(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        long channels = images.shape[1];
        var patches = nn.functional.unfold(images.to(ScalarType.Float32).cpu(), Side).transpose(1, 2).reshape(-1, channels * Side * Side);
        var centered = patches - patches.mean([0], keepdim: true);
        var (values, vectors) = linalg.eigh(centered.t().matmul(centered).Over(patches.shape[0]));      // ascending
        long first = values.shape[0] - Directions;
        var directions = vectors.narrow(1, first, Directions) * values.narrow(0, first, Directions).Plus(Epsilon).rsqrt();
        var kernels = directions.t().reshape(Directions, channels, Side, Side);
        weight.copy_(cat([kernels, -kernels]));
    }

    public override string Export(OnnxGraph graph, string value) =>
        graph.Op("Conv", [value, graph.Constant(Values(weight), weight.shape), graph.Constant(Values(shift), shift.shape)],
            Window.Square(Side, 1, Side / 2).Attributes(("group", 1L)));
}
