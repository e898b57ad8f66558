using SSAH.MLNet.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks;

/// <summary>Creates the networks of one training from its options and seed.</summary>
internal static class NetworkSet
{
    private static readonly int[] s_scales = [4, 8, 16, 32];

    /// <summary>H-Net, its moving average, and the source of hard samples, if any (at most one of the last two is not null).</summary>
    public static (HashNetwork HashNetwork, HashNetwork Teacher, AdversarialNetwork? Adversary, RandomHardSamples? Random) Create(
        TrainingSet set, ImageNormalization normalization, SsahTrainer.Options options, Device device, int seed)
    {
        var newBackbone = options.Backbone.Prepare(set.Shape, normalization);
        var shape = new HardSampleShape(Scales(set.Shape, options), options.HardSamples.MaxRotationDegrees > 0);
        HashNetwork NewHashNetwork()
        {
            var network = new HashNetwork(newBackbone(), options.Bits, options.Losses.ClassificationWeight > 0 ? set.Labels.ClassCount : 0);
            if (options.Optimization.BackboneLearningRateFactor == 0)
                network.FreezeBackbone();
            return network;
        }

        using var generator = new Generator((ulong)seed, CPU);
        var hashNetwork = NewHashNetwork();
        Initialization.Apply(hashNetwork, generator, kept: hashNetwork.PretrainedParameters);
        AdversarialNetwork? adversary = null;
        RandomHardSamples? random = null;
        var noise = new Generator((ulong)seed + 1, device);
        if (options.HardSamples.Source == HardSampleSource.Adversarial)
        {
            adversary = new AdversarialNetwork(set.Shape.Channels, shape, noise);
            Initialization.Apply(adversary, generator, zero: AdversarialNetwork.ZeroHeads);
            adversary.to(device);
        }
        else if (options.HardSamples.Source != HardSampleSource.None)
        {
            random = new RandomHardSamples(shape, noise);
        }
        return (hashNetwork.to(device), NewHashNetwork().to(device), adversary, random);
    }

    private static IReadOnlyList<int> Scales(PixelShape shape, SsahTrainer.Options options)
    {
        int side = Math.Min(shape.Height, shape.Width);
        return options.HardSamples.OcclusionScales ?? [.. s_scales.Where(s => s <= Math.Max(4, side / 2) && (s < 32 || side >= 96))];
    }
}
