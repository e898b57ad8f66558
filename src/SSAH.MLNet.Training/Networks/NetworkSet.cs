using SSAH.MLNet.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks;

/// <summary>Creates the networks of one training from its options and seed.</summary>
internal static class NetworkSet
{
    private const int LargestSmallPicture = 64;
    private static readonly int[] s_scales = [4, 8, 16, 32];
    private static readonly Lock s_globalGenerator = new();

    /// <summary>H-Net, its moving average, and the source of hard samples (at most one of the last two is not null).</summary>
    public static (HashNetwork HashNetwork, HashNetwork Teacher, AdversarialNetwork? Adversary, RandomHardSamples? Random) Create(
        TrainingSet set, SsahTrainer.Options options, Device device, int seed)
    {
        var shape = new HardSampleShape(Scales(set.Shape, options), options.MaxRotationDegrees > 0);
        // TorchSharp initialises weights from one global generator: nobody else may draw from it meanwhile.
        lock (s_globalGenerator)
        {
            manual_seed(seed);
            HashNetwork NewHashNetwork() =>
                new(NewBackbone(set.Shape, options), options.Bits, options.ClassificationWeight > 0 ? set.Labels.ClassCount : 0);
            var hashNetwork = NewHashNetwork().to(device);
            var teacher = NewHashNetwork().to(device);
            var generator = new Generator((ulong)seed, device);
            return (
                hashNetwork,
                teacher,
                options.HardSamples == HardSampleSource.Adversarial ? new AdversarialNetwork(set.Shape.Channels, shape, generator).to(device) : null,
                options.HardSamples == HardSampleSource.Random ? new RandomHardSamples(shape, generator) : null);
        }
    }

    private static BackboneNetwork NewBackbone(PixelShape shape, SsahTrainer.Options options)
    {
        bool small = options.Backbone == HashBackbone.SmallResNet
            || (options.Backbone == HashBackbone.Auto && Math.Max(shape.Height, shape.Width) <= LargestSmallPicture);
        return small
            ? BackboneNetwork.SmallResNet(shape.Channels, options.BackboneWidth ?? 32)
            : BackboneNetwork.ResNet18(shape.Channels, options.BackboneWidth ?? 64);
    }

    private static IReadOnlyList<int> Scales(PixelShape shape, SsahTrainer.Options options)
    {
        int side = Math.Min(shape.Height, shape.Width);
        return options.OcclusionScales ?? [.. s_scales.Where(s => s <= Math.Max(4, side / 2) && (s < 32 || side >= 96))];
    }
}
