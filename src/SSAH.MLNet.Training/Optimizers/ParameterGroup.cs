using TorchSharp.Modules;

namespace SSAH.MLNet.Training.Optimizers;

/// <summary>Parameters that learn alike.</summary>
/// <param name="Parameters">The parameters.</param>
/// <param name="LearningRate">Their peak learning rate.</param>
/// <param name="WeightDecay">Their weight decay, 0 for none.</param>
internal sealed record ParameterGroup(IReadOnlyList<Parameter> Parameters, double LearningRate, double WeightDecay = 0);
