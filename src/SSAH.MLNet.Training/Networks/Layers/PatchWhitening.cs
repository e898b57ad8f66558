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
    private const long ImagesAtOnce = 8;

    // Weaker directions than this, where the pixels have variance 1, are noise.
    private const double Epsilon = 5e-4;
    // No former network has a tensor of this name, so that a warm start leaves it as it was measured.
    private readonly Parameter kernels;
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
        kernels = new Parameter(zeros(outputs, channels, Side, Side), requires_grad: false);
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
        long channels = images.shape[1], values = channels * Side * Side, count = 0;
        var (sum, products) = (zeros(values, dtype: ScalarType.Float64), zeros(values, values, dtype: ScalarType.Float64));
        // The patches of an image take nine times its memory.
        for (long first = 0; first < images.shape[0]; first += ImagesAtOnce)
        {
            using var chunk = NewDisposeScope();
            var some = images.narrow(0, first, Math.Min(ImagesAtOnce, images.shape[0] - first));
            var patches = nn.functional.unfold(some.to(ScalarType.Float64).cpu(), Side).transpose(0, 1).flatten(1);   // [C * 9, N * places]
            sum.Add(patches.sum(1));
            products.Add(patches.matmul(patches.t()));
            count += patches.shape[1];
        }
        var mean = sum.Over(count);
        var (variances, directions) = linalg.eigh(products.Over(count) - outer(mean, mean));                           // ascending
        var strengths = variances.narrow(0, values - _directions, _directions).AtLeast(0).Plus(Epsilon).sqrt();
        var found = (directions.narrow(1, values - _directions, _directions) / strengths).t().reshape(_directions, channels, Side, Side);
        kernels.copy_(cat([found, -found]));
    }

    public override Tensor forward(Tensor input) =>
        nn.functional.conv2d(input, Like(kernels, input), Like(shift, input), padding: [Side / 2, Side / 2]);

    public override string Export(OnnxGraph graph, string value) => graph.Op("Conv",
        [value, graph.Constant(Values(kernels), kernels.shape), graph.Constant(Values(shift), shift.shape)],
        Window.Square(Side, stride: 1, Side / 2).Attributes(("group", 1L)));
}
