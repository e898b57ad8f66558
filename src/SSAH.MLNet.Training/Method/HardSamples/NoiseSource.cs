using SSAH.MLNet.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>
/// Noise of hard samples from a seed: drawn on the CPU and moved, so that every device sees the same. TorchSharp 0.107's generators are CPU
/// generators whatever device they are asked for, and a GPU refuses those.
/// </summary>
/// <param name="seed">Where the noise begins.</param>
/// <param name="device">Where it is needed.</param>
internal sealed class NoiseSource(ulong seed, Device device) : IDisposable
{
    private readonly Generator _generator = new(seed, CPU);

    /// <summary>Where in the noise it is.</summary>
    public Tensor State
    {
        get => _generator.get_state();
        set => _generator.set_state(value);
    }

    /// <summary>Values from the normal distribution with mean 0 and deviation 1.</summary>
    public Tensor Normal(params long[] shape) => Move(randn(shape, generator: _generator));

    /// <summary>Uniform values from 0 to 1.</summary>
    public Tensor Uniform(long count) => Move(rand(count, generator: _generator));

    /// <inheritdoc/>
    public void Dispose() => _generator.Dispose();

    private Tensor Move(Tensor values) => values.Send(device);
}
