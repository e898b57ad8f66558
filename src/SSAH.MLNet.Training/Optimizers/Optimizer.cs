using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Optimizers;

/// <summary>
/// Moves parameters along their gradients. TorchSharp's own optimizers make scalars that may be freed while native code reads them; these keep theirs
/// alive and give the same weights to the bit.
/// </summary>
/// <param name="groups">What to move.</param>
internal abstract class Optimizer(IReadOnlyList<ParameterGroup> groups) : IDisposable
{
    /// <summary>Steps so far.</summary>
    public int Steps { get; set; }

    /// <summary>Everything beside <see cref="Steps"/> that the next step depends on, in an order that is the same for the same groups.</summary>
    public abstract IReadOnlyList<Tensor> State { get; }

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGradients()
    {
        foreach (var parameter in groups.SelectMany(group => group.Parameters))
            parameter.grad = null;
    }

    /// <summary>One step; parameters without a gradient stay.</summary>
    /// <param name="rateFactor">Learning rates as a share of their peak.</param>
    public void Step(double rateFactor)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Steps++;
        int first = 0;
        foreach (var group in groups)
        {
            Step(group, first, group.LearningRate * rateFactor);
            first += group.Parameters.Count;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in State)
            tensor.Dispose();
    }

    /// <summary>Moves the parameters of a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="first">Number of its first parameter, counted over all groups.</param>
    /// <param name="rate">Present learning rate.</param>
    protected abstract void Step(ParameterGroup group, int first, double rate);

    /// <summary>A tensor of zeros for each parameter.</summary>
    protected static Tensor[] Zeros(IReadOnlyList<ParameterGroup> groups)
    {
        using var _ = no_grad();
        return [.. groups.SelectMany(group => group.Parameters).Select(parameter => zeros_like(parameter, requires_grad: false).DetachFromDisposeScope())];
    }
}
