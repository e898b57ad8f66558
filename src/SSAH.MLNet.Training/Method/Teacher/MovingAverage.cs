using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>A moving average of H-Net's weights and statistics: the teacher, and the network that is exported (Tarvainen and Valpola 2017).</summary>
internal sealed class MovingAverage
{
    private readonly (Tensor Average, Tensor Source)[] _pairs;
    private readonly double _decay;

    public MovingAverage(HashNetwork average, HashNetwork source, double decay)
    {
        _decay = decay;
        _pairs = [.. Tensors(average).Zip(Tensors(source))];
        Copy(source, average);
        average.eval();
    }

    /// <summary>Takes in H-Net after a step; early steps count more, so that the start does not linger.</summary>
    public void Update(int step)
    {
        double decay = Math.Min(_decay, (1.0 + step) / (10 + step));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (to, from) in _pairs)
            to.lerp_(from, 1 - decay); // leaves what is equal, such as frozen weights, as it is
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
}
