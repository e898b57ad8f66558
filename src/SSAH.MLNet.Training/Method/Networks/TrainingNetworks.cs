using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>The networks of one training run, made from its options and seed.</summary>
internal sealed class TrainingNetworks : IDisposable
{
    private static readonly int[] s_scales = [4, 8, 16, 32];
    private readonly Func<HashNetwork> _newHashNetwork;

    public TrainingNetworks(TrainingSet set, ImageNormalization normalization, SsahTrainer.Options options, Device device, ScalarType computeType, int seed)
    {
        var newBackbone = options.Backbone.Prepare(set.Shape, normalization);
        _newHashNetwork = () =>
        {
            var network = new HashNetwork(newBackbone(), options.Bits, options.Losses.ClassificationWeight > 0 ? set.Labels.ClassCount : 0);
            if (options.Optimization.BackboneLearningRateFactor == 0)
                network.FreezeBackbone();
            // Features that nothing has learned to agree on for both are taken as they are.
            network.AveragesMirrorImage = options.Augmentation is { HorizontalFlip: true, MirrorAverage: true } && !network.HasFrozenBackbone;
            return network;
        };
        using var generator = new Generator((ulong)seed, CPU);
        Hash = _newHashNetwork();
        Initialization.Apply(Hash, generator, kept: Hash.PretrainedParameters);
        Noise = new NoiseSource((ulong)seed + 1, device);
        var shape = new HardSampleShape(Scales(set.Shape, options), options.HardSamples.MaxRotationDegrees > 0);
        if (options.HardSamples.TrainedSource == HardSampleSource.Adversarial)
        {
            Adversary = new AdversarialNetwork(set.Shape.Channels, shape, Noise);
            Initialization.Apply(Adversary, generator, zero: AdversarialNetwork.ZeroHeads);
            Adversary.to(device);
        }
        else if (options.HardSamples.Source != HardSampleSource.None)
        {
            RandomSamples = new RandomHardSamples(shape, Noise);
        }
        (Hash, Teacher) = (Hash.to(device), _newHashNetwork().to(device));
        Hash.ComputeType = Teacher.ComputeType = computeType;
    }

    /// <summary>H-Net.</summary>
    public HashNetwork Hash { get; }

    /// <summary>The moving average of H-Net: what is validated and exported.</summary>
    public HashNetwork Teacher { get; }

    /// <summary>A-Net, where hard samples come from it.</summary>
    public AdversarialNetwork? Adversary { get; }

    /// <summary>The noise of hard samples.</summary>
    public NoiseSource Noise { get; }

    /// <summary>Random hard samples, where hard samples are random.</summary>
    public RandomHardSamples? RandomSamples { get; }

    /// <summary>
    /// The teacher on the CPU, in float32: what is exported and compared with ONNX Runtime, so that no rounding of a GPU counts. The caller disposes of it.
    /// </summary>
    public HashNetwork TeacherOnCpu()
    {
        var copy = _newHashNetwork();
        MovingAverage.Copy(Teacher, copy);
        copy.eval();
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Hash.Dispose();
        Teacher.Dispose();
        Adversary?.Dispose();
        Noise.Dispose();
    }

    private static IReadOnlyList<int> Scales(PixelShape shape, SsahTrainer.Options options)
    {
        int side = Math.Min(shape.Height, shape.Width);
        return options.HardSamples.OcclusionScales ?? [.. s_scales.Where(s => s <= Math.Max(4, side / 2) && (s < 32 || side >= 96))];
    }
}
