using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks;

/// <summary>
/// A-Net: looks at an image and decides which cells of several grids to occlude and how far to rotate, to make it hard for H-Net.
/// </summary>
/// <remarks>
/// From the paper: an adversarial network with multi-scale occlusion and multi-angle rotation. Reconstructed: the layers, the exploration noise and the
/// heads. The heads start at zero, so an untrained A-Net is exactly the random control; what it adds later is what it has learned.
/// </remarks>
internal sealed class AdversarialNetwork : nn.Module<Tensor, HardSampleLimits, HardSamples>
{
    // What the heads say is bounded against noise of size 1: A-Net leans towards hard places and angles but never makes the same sample again and again.
    private const double MaskBound = 2;
    private const double TurnBound = 1;
    private readonly HardSampleShape _shape;
    private readonly Generator _generator;
    private readonly nn.Module<Tensor, Tensor> trunk;
    private readonly ModuleList<Conv2d> maskHeads;
    private readonly Linear? turnHead;

    public AdversarialNetwork(int channels, HardSampleShape shape, Generator generator, int width = 16) : base(nameof(AdversarialNetwork))
    {
        _shape = shape;
        _generator = generator;
        long w = width;
        trunk = nn.Sequential(
            nn.Conv2d(channels, w, 3, stride: 2, padding: 1), GroupNormalization(w), nn.ReLU(),
            nn.Conv2d(w, 2 * w, 3, stride: 2, padding: 1), GroupNormalization(2 * w), nn.ReLU(),
            nn.Conv2d(2 * w, 2 * w, 3, padding: 1), GroupNormalization(2 * w), nn.ReLU());
        maskHeads = new ModuleList<Conv2d>([.. shape.Scales.Select(_ => Zeroed(nn.Conv2d(2 * w, 1, 1)))]);
        turnHead = shape.Rotates ? nn.Linear(2 * w, 1) : null;
        RegisterComponents();
        if (turnHead is not null)
        {
            nn.init.zeros_(turnHead.weight);
            nn.init.zeros_(turnHead.bias!);
        }
    }

    /// <summary>Makes hard samples whose gradient leads back to this network.</summary>
    public override HardSamples forward(Tensor images, HardSampleLimits limits)
    {
        long n = images.shape[0];
        var features = trunk.forward(images);                                                       // [N, 2w, H/4, W/4]
        var scores = new List<Tensor>(_shape.Scales.Count);
        for (int i = 0; i < _shape.Scales.Count; i++)
        {
            long cells = _shape.Scales[i];
            var logits = maskHeads[i].forward(nn.functional.interpolate(features, [cells, cells], mode: InterpolationMode.Area));
            scores.Add(Bounded(logits, MaskBound) + randn(n, 1, cells, cells, device: images.device, generator: _generator));
        }
        return _shape.Warp(images, scores, Turn(features), limits);
    }

    // A uniform draw seen through the inverse of tanh: with a zero head the angle is uniform over the range, as in the control.
    private Tensor? Turn(Tensor features)
    {
        if (turnHead is null)
            return null;
        var uniform = rand(features.shape[0], device: features.device, generator: _generator) * 1.998 - 0.999;
        return (Bounded(turnHead.forward(features.mean([2, 3])).squeeze(1), TurnBound) + uniform.atanh()).tanh();
    }

    private static Tensor Bounded(Tensor value, double bound) => (value / bound).tanh() * bound;

    // TorchSharp 0.107 leaves the weight and bias of GroupNorm as it found the memory: NaN in one process, fine in the next.
    private static GroupNorm GroupNormalization(long channels)
    {
        var normalization = nn.GroupNorm(4, channels);
        nn.init.ones_(normalization.weight);
        nn.init.zeros_(normalization.bias!);
        return normalization;
    }

    private static Conv2d Zeroed(Conv2d head)
    {
        nn.init.zeros_(head.weight);
        nn.init.zeros_(head.bias!);
        return head;
    }
}
