using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>
/// A first layer that is measured and not learned: the strongest directions of the images' 3x3 patches, all at the same strength, and their negatives,
/// each with a shift that is learned. Labels say nothing that the first layer could not read off the images themselves.
/// </summary>
/// <remarks>As in the DAWNBench line of networks (Jordan 2024, arXiv:2404.00498, with 2x2 patches); the directions are those of a PCA.</remarks>
internal sealed class PatchWhitening : Layer
{
    private const int Side = 3;

    // Weaker directions than this, where the pixels have variance 1, are noise.
    private const double Epsilon = 5e-4;
    private readonly Parameter weight;
    private readonly Parameter shift;
    private readonly int _directions;

    /// <summary>A layer that has not been measured yet and gives zeros.</summary>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="outputs">Channels of the result, two for each direction: even, and no more than two for each value of a patch.</param>
    public PatchWhitening(long channels, long outputs) : base(nameof(PatchWhitening))
    {
        if (outputs % 2 != 0 || outputs > 2 * channels * Side * Side)
            throw new ArgumentOutOfRangeException(nameof(outputs), outputs, $"A patch of {channels} channels has {channels * Side * Side} directions.");
        _directions = (int)(outputs / 2);
        weight = new Parameter(zeros(outputs, channels, Side, Side), requires_grad: false);
        shift = new Parameter(zeros(outputs));
        RegisterComponents();
    }

    /// <summary>Outputs for a first stage of a width: as many, if patches have so many directions that are more than noise.</summary>
    public static long OutputsFor(long channels, long width) => Math.Min(width, channels == 1 ? 16 : 32);

    /// <summary>Measures the directions.</summary>
    /// <param name="images">A few hundred, [N, C, H, W], normalized.</param>
    public void Measure(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        long channels = images.shape[1];
        var patches = nn.functional.unfold(images.to(ScalarType.Float32).cpu(), Side)                // [N, C * 9, places]
            .transpose(1, 2).reshape(-1, channels * Side * Side);
        var centered = patches - patches.mean([0], keepdim: true);
        var (variances, directions) = linalg.eigh(centered.t().matmul(centered).Over(patches.shape[0])); // ascending
        long first = variances.shape[0] - _directions;
        var strengths = variances.narrow(0, first, _directions).AtLeast(0).Plus(Epsilon).sqrt();
        var kernels = (directions.narrow(1, first, _directions) / strengths).t().reshape(_directions, channels, Side, Side);
        weight.copy_(cat([kernels, -kernels]));
    }

    public override Tensor forward(Tensor input) =>
        nn.functional.conv2d(input, Like(weight, input), Like(shift, input), padding: [Side / 2, Side / 2]);

    public override string Export(OnnxGraph graph, string value) => graph.Op("Conv",
        [value, graph.Constant(Values(weight), weight.shape), graph.Constant(Values(shift), shift.shape)],
        Window.Square(Side, stride: 1, Side / 2).Attributes(("group", 1L)));
}
