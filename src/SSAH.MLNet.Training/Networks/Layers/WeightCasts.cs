using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>
/// The weights of one step in a smaller number type: cast, with the channels innermost, when the first pass uses them, and shared by the others. The passes'
/// gradients are added up in that type, as PyTorch's autocast does it.
/// </summary>
internal sealed class WeightCasts : IDisposable
{
    private readonly GraphOperator[] _layers;
    private readonly Dictionary<Tensor, Tensor> _casts = new(ReferenceEqualityComparer.Instance);

    /// <summary>Lets layers share their casts until this is disposed.</summary>
    public WeightCasts(IEnumerable<GraphOperator> layers)
    {
        _layers = [.. layers];
        foreach (var layer in _layers)
            layer.Casts = this;
    }

    /// <summary>Weights that have been cast.</summary>
    public int Count => _casts.Count;

    /// <summary>A weight in the type.</summary>
    public Tensor Cast(Tensor weight, ScalarType type)
    {
        if (_casts.TryGetValue(weight, out var known))
            return known;
        using var scope = NewDisposeScope();
        // The first pass that asks may need no way back; another may.
        using var _ = enable_grad();
        var cast = weight.to(type);
        cast = (cast.dim() == 4 ? GraphOperator.ChannelsLast(cast) : cast).DetachFromDisposeScope();
        _casts.Add(weight, cast);
        return cast;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Casts = null;
        foreach (var cast in _casts.Values)
            cast.Dispose();
        _casts.Clear();
    }
}
