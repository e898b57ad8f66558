using SSAH.MLNet.Training.Networks.Layers;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using TorchSharp.Modules;
using Convolution = SSAH.MLNet.Training.Networks.Layers.Convolution;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>
/// A-Net: looks at an image and decides which cells of several grids to occlude and how far to rotate, to make it hard for H-Net.
/// </summary>
/// <remarks>
/// From the paper: an adversarial network with multi-scale occlusion and multi-angle rotation. Reconstructed: the layers, the exploration noise and the
/// heads. The heads start at zero, so an untrained A-Net is exactly the random control; what it adds later is what it has learned.
/// </remarks>
internal sealed class AdversarialNetwork : nn.Module<Tensor, HardSampleLimits, HardSamples>
{
    /// <summary>Parameters that start at zero.</summary>
    public static readonly string[] ZeroHeads = [nameof(maskHead), nameof(turnHead)];

    // What the heads say is bounded against noise of size 1: A-Net leans toward hard places and angles but never makes the same sample again and again.
    private const double MaskBound = 2;
    private const double TurnBound = 1;
    private readonly HardSampleShape _shape;
    private readonly NoiseSource _noise;
    private readonly bool _seesPlaces;
    private readonly LayerSequence trunk;
    private readonly Parameter? maskHead;
    private readonly Linear? turnHead;

    public AdversarialNetwork(int channels, HardSampleShape shape, NoiseSource noise, bool seesPlaces = false, int width = 16)
        : base(nameof(AdversarialNetwork))
    {
        _shape = shape;
        _noise = noise;
        _seesPlaces = seesPlaces;
        channels += seesPlaces ? 3 : 0;
        long w = width;
        trunk = new LayerSequence(
            new Convolution(channels, w, 3, stride: 2), new BatchNormalization(w), new Relu(),
            new Convolution(w, 2 * w, 3, stride: 2), new BatchNormalization(2 * w), new Relu(),
            new Convolution(2 * w, 2 * w, 3), new BatchNormalization(2 * w), new Relu());
        maskHead = shape.Scales.Count == 0 ? null : new Parameter(zeros(shape.Scales.Count, 2 * w, 1, 1));
        turnHead = shape.Rotates ? nn.Linear(2 * w, 1) : null;
        RegisterComponents();
    }

    /// <summary>Makes hard samples whose gradient leads back to this network.</summary>
    public override HardSamples forward(Tensor images, HardSampleLimits limits) => Draw(images, Lean(images), limits).Samples;

    /// <summary>Where it leans to: what is added to the noise that hard samples are drawn from.</summary>
    public HardSampleLean Lean(Tensor images)
    {
        var features = trunk.forward(GraphOperator.ChannelsLast(_seesPlaces ? WithPlaces(images) : images)); // [N, 2w, H/4, W/4]
        // The mean over a cell of a weighted sum of maps: the sum first, of which there is one map per scale.
        var maps = maskHead is null ? null : nn.functional.conv2d(features, maskHead);              // [N, scales, H/4, W/4]
        return new HardSampleLean(
            [.. _shape.Scales.Select((cells, i) =>
                Bounded(nn.functional.interpolate(maps!.narrow(1, i, 1), [cells, cells], mode: InterpolationMode.Area), MaskBound))],
            turnHead is null ? null : Bounded(turnHead.forward(features.mean([2, 3])).squeeze(1), TurnBound));
    }

    /// <summary>Draws hard samples with a lean, or with none as the control does, and says what was drawn.</summary>
    public (HardSamples Samples, HardSampleLean Drawn) Draw(Tensor images, HardSampleLean? lean, HardSampleLimits limits)
    {
        long n = images.shape[0];
        Tensor[] scores = [.. _shape.Scales.Select(cells => _noise.Normal(n, 1, cells, cells))];
        if (lean is not null)
            scores = [.. scores.Zip(lean.Scores, (noise, to) => to.Plus(noise))];
        var turn = turnHead is null ? null : Turned(n, lean?.Turn);
        return (_shape.Warp(images, scores, turn?.tanh(), limits), new HardSampleLean(scores, turn));
    }

    // A uniform draw seen through the inverse of tanh: with a zero head the angle is uniform over the range, as in the control.
    private Tensor Turned(long n, Tensor? lean)
    {
        var uniform = _noise.Uniform(n).Times(1.998).Minus(0.999).atanh();
        return lean is null ? uniform : lean.Plus(uniform);
    }

    // Row, column and distance from the center, from -1 to 1: what convolutions cannot see.
    private static Tensor WithPlaces(Tensor images)
    {
        long n = images.shape[0], h = images.shape[2], w = images.shape[3];
        var row = linspace(-1, 1, h, device: images.device).view(1, 1, h, 1).expand(n, 1, h, w);
        var column = linspace(-1, 1, w, device: images.device).view(1, 1, 1, w).expand(n, 1, h, w);
        return cat([images, row, column, row * row + column * column], 1);
    }

    private static Tensor Bounded(Tensor value, double bound) => value.Over(bound).tanh().Times(bound);
}

/// <summary>Scores of cells and the angle, before noise or with it.</summary>
/// <param name="Scores">One [N, 1, s, s] tensor for each scale.</param>
/// <param name="Turn">[N], before tanh; null where nothing turns.</param>
internal sealed record HardSampleLean(Tensor[] Scores, Tensor? Turn);
