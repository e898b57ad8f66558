using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Optimizers;

/// <summary>
/// Moves parameters along their gradients, all of them in a few operations. TorchSharp's own optimizers make scalars that may be freed while native code
/// reads them, and take each parameter by itself; these give the same weights to the bit.
/// </summary>
internal abstract class Optimizer : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly FlatTensors[] _moments;

    /// <summary>Moves the parameters into one buffer.</summary>
    /// <param name="groups">What to move.</param>
    /// <param name="moments">Numbers that are kept for each weight.</param>
    protected Optimizer(IReadOnlyList<ParameterGroup> groups, int moments)
    {
        Groups = groups;
        _parameters = [.. groups.SelectMany(group => group.Parameters)];
        Weights = FlatTensors.Merge(_parameters);
        _moments = [.. Enumerable.Range(0, moments).Select(_ => Weights.Zeros())];
    }

    /// <summary>Steps so far.</summary>
    public int Steps { get; set; }

    /// <summary>Everything beside <see cref="Steps"/> that the next step depends on, in an order that is the same for the same groups.</summary>
    public IReadOnlyList<Tensor> State => [.. _moments.SelectMany(moment => moment.Parts)];

    /// <summary>The parameters in one buffer, group after group.</summary>
    public FlatTensors Weights { get; }

    /// <summary>What is moved.</summary>
    protected IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGradients()
    {
        foreach (var parameter in _parameters)
            parameter.grad = null;
    }

    /// <summary>One step; parameters without a gradient stay.</summary>
    /// <param name="rateFactor">Learning rates as a share of their peak.</param>
    public void Step(double rateFactor)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Steps++;
        Tensor?[] found = [.. _parameters.Select(parameter => parameter.grad)];
        int[] missing = [.. found.Index().Where(gradient => gradient.Item is null).Select(gradient => gradient.Index)];
        // What has no gradient is moved like all others, and put back.
        var kept = missing.SelectMany(i => _moments.Prepend(Weights).Select(flat => (Part: flat.Parts[i], Value: flat.Parts[i].clone()))).ToArray();
        Step(cat([.. found.Select((gradient, i) => (gradient ?? zeros_like(_parameters[i])).reshape(-1))]), rateFactor);
        foreach (var (part, value) in kept)
            part.copy_(value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var moment in _moments)
            moment.Dispose();
        Weights.Dispose();
    }

    /// <summary>Moves all parameters.</summary>
    /// <param name="gradient">Their gradients, one after another; may be changed.</param>
    /// <param name="rateFactor">Learning rates as a share of their peak.</param>
    protected abstract void Step(Tensor gradient, double rateFactor);

    /// <summary>One of the numbers that are kept for each weight.</summary>
    protected Tensor Moment(int index) => _moments[index].Values;

    /// <summary>A tensor of all parameters, in parts: one for each group.</summary>
    protected IEnumerable<(ParameterGroup Group, Tensor Part)> ByGroup(Tensor values)
    {
        int first = 0;
        foreach (var group in Groups)
        {
            yield return (group, Weights.Range(values, first, group.Parameters.Count));
            first += group.Parameters.Count;
        }
    }
}
