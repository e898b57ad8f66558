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
    private readonly LayerSequence trunk;
    private readonly Parameter? maskHead;
    private readonly Linear? turnHead;

    public AdversarialNetwork(int channels, HardSampleShape shape, NoiseSource noise, int width = 16) : base(nameof(AdversarialNetwork))
    {
        _shape = shape;
        _noise = noise;
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
    public override HardSamples forward(Tensor images, HardSampleLimits limits)
    {
        long n = images.shape[0];
        var features = trunk.forward(GraphOperator.ChannelsLast(images));                           // [N, 2w, H/4, W/4]
        var scores = new List<Tensor>(_shape.Scales.Count);
        // The mean over a cell of a weighted sum of maps: the sum first, of which there is one map per scale.
        var maps = maskHead is null ? null : nn.functional.conv2d(features, maskHead);              // [N, scales, H/4, W/4]
        for (int i = 0; i < _shape.Scales.Count; i++)
        {
            long cells = _shape.Scales[i];
            var logits = nn.functional.interpolate(maps!.narrow(1, i, 1), [cells, cells], mode: InterpolationMode.Area);
            scores.Add(Bounded(logits, MaskBound).Plus(_noise.Normal(n, 1, cells, cells)));
        }
        return _shape.Warp(images, scores, Turn(features), limits);
    }

    // A uniform draw seen through the inverse of tanh: with a zero head the angle is uniform over the range, as in the control.
    private Tensor? Turn(Tensor features)
    {
        if (turnHead is null)
            return null;
        var uniform = _noise.Uniform(features.shape[0]).Times(1.998).Minus(0.999);
        return Bounded(turnHead.forward(features.mean([2, 3])).squeeze(1), TurnBound).Plus(uniform.atanh()).tanh();
    }

    private static Tensor Bounded(Tensor value, double bound) => value.Over(bound).tanh().Times(bound);
}
