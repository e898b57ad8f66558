using SSAH.MLNet.Training.Optimizers;
using static SSAH.MLNet.Training.Workarounds.TorchSharpScalarFinalization;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>A moving average of H-Net's weights and statistics: the teacher, and the network that is exported (Tarvainen and Valpola 2017).</summary>
internal sealed class MovingAverage : IDisposable
{
    private readonly FlatTensors[] _merged;
    private readonly (Tensor Average, Tensor Source)[] _pairs;
    private readonly double _decay;

    /// <summary>Gives the average the source's values, and lays the tensors of both into few buffers.</summary>
    /// <param name="average">The teacher.</param>
    /// <param name="source">H-Net.</param>
    /// <param name="trained">H-Net's parameters in the order in which they lie in <paramref name="weights"/>.</param>
    /// <param name="weights">The buffer of the optimizer that moves them.</param>
    /// <param name="decay">Share of the average that a step leaves, at the end.</param>
    public MovingAverage(HashNetwork average, HashNetwork source, IReadOnlyList<Tensor> trained, FlatTensors weights, double decay)
    {
        _decay = decay;
        Copy(source, average);
        average.eval();
        var averages = Tensors(source).Zip(Tensors(average)).ToDictionary<(Tensor Source, Tensor Average), object, Tensor>(
            pair => pair.Source, pair => pair.Average, ReferenceEqualityComparer.Instance);
        Tensor[] others = [.. averages.Keys.Except(trained, ReferenceEqualityComparer.Instance).Cast<Tensor>()];
        _merged = [FlatTensors.Merge([.. trained.Select(tensor => averages[tensor])]), FlatTensors.Merge([.. others.Select(tensor => averages[tensor])]),
            FlatTensors.Merge(others)];
        _pairs = [(_merged[0].Values, weights.Values), (_merged[1].Values, _merged[2].Values)];
    }

    /// <summary>Takes in H-Net after a step; early steps count more, so that the start does not linger.</summary>
    public void Update(int step)
    {
        double decay = Math.Min(_decay, (1.0 + step) / (10 + step));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        // On the device: of a number libtorch would have to send one to it.
        var share = Single(1 - decay, _pairs[0].Average.device);
        foreach (var (to, from) in _pairs)
            to.lerp_(from, share); // leaves what is equal, such as frozen weights, as it is
    }

    /// <summary>Gives a network all weights and statistics of another of the same shape.</summary>
    public static void Copy(HashNetwork from, HashNetwork to)
    {
        using var _ = no_grad();
        foreach (var (target, source) in Tensors(to).Zip(Tensors(from)))
            target.copy_(source);
    }

    /// <summary>All parameters and buffers, in one order for two networks of the same shape.</summary>
    public static IEnumerable<Tensor> Tensors(HashNetwork network) =>
        network.named_parameters().Select(p => (Tensor)p.parameter).Concat(network.named_buffers().Select(b => b.buffer));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var merged in _merged)
            merged.Dispose();
    }
}
