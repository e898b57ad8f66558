using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Checkpoints;

/// <summary>The files of a checkpoint, without their ending.</summary>
internal static class CheckpointFiles
{
    public const string HashNetwork = "h-net", Teacher = "teacher", Adversary = "a-net";
    public const string HashOptimizer = "h-net-optimizer", AdversaryOptimizer = "a-net-optimizer";
    public const string Random = "random", Best = "best";

    /// <summary>Parameters and buffers of a network, by name.</summary>
    public static IReadOnlyList<NamedTensor> NamedTensors(this nn.Module network) =>
    [
        .. network.named_parameters().Select(parameter => new NamedTensor(parameter.name, parameter.parameter)),
        .. network.named_buffers().Select(buffer => new NamedTensor(buffer.name, buffer.buffer)),
    ];
}
