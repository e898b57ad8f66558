using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>Batch normalisation over channels whose running statistics can be told to ignore a pass.</summary>
internal sealed class BatchNormalization : Layer
{
    private const double Momentum = 0.1;
    private const double Epsilon = 1e-5;
    private readonly Parameter scale;
    private readonly Parameter shift;
    private readonly Tensor runningMean;
    private readonly Tensor runningVariance;

    public BatchNormalization(long channels) : base(nameof(BatchNormalization))
    {
        scale = new Parameter(ones(channels));
        shift = new Parameter(zeros(channels));
        runningMean = zeros(channels);
        runningVariance = ones(channels);
        register_buffer(nameof(runningMean), runningMean);
        register_buffer(nameof(runningVariance), runningVariance);
        RegisterComponents();
    }

    /// <summary>Whether training passes move the running statistics; off for hard samples, whose statistics are not those of real images.</summary>
    public bool TracksStatistics { get; set; } = true;

    public override Tensor forward(Tensor input) => nn.functional.batch_norm(
        input, runningMean, runningVariance, scale, shift, training, training && TracksStatistics ? Momentum : 0, Epsilon);

    public override string Export(OnnxGraph graph, string value)
    {
        string Store(Tensor tensor) => graph.Constant(Values(tensor), tensor.shape);
        return graph.Op("BatchNormalization", [value, Store(scale), Store(shift), Store(runningMean), Store(runningVariance)], ("epsilon", (float)Epsilon));
    }
}
