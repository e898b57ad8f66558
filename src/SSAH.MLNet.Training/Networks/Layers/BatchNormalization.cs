using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Onnx;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>Batch normalization over channels whose running statistics can be told to ignore a pass.</summary>
internal sealed class BatchNormalization : Layer
{
    private const double Momentum = 0.1;
    private readonly Parameter scale;
    private readonly Parameter shift;
    private readonly Tensor runningMean;
    private readonly Tensor runningVariance;
    private readonly double _epsilon;

    public BatchNormalization(long channels) : this(ones(channels), zeros(channels), zeros(channels), ones(channels), 1e-5)
    {
    }

    private BatchNormalization(Tensor scale, Tensor shift, Tensor mean, Tensor variance, double epsilon) : base(nameof(BatchNormalization))
    {
        this.scale = new Parameter(scale);
        this.shift = new Parameter(shift);
        runningMean = mean;
        runningVariance = variance;
        _epsilon = epsilon;
        register_buffer(nameof(runningMean), runningMean);
        register_buffer(nameof(runningVariance), runningVariance);
        RegisterComponents();
    }

    /// <summary>Whether training passes move the running statistics; off for hard samples, whose statistics are not those of real images.</summary>
    public bool TracksStatistics { get; set; } = true;

    /// <summary>Whether the running statistics are used in training too; on in a frozen stage.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>Whether the next pass sets statistics, scale and shift to those of its values, which it passes on unchanged.</summary>
    public bool Adapts { get; set; }

    /// <summary>A normalization that changes nothing until it is told to adapt.</summary>
    public static BatchNormalization Neutral(long channels)
    {
        const double epsilon = 1e-5;
        return new BatchNormalization(TorchSharpScalarFinalization.Repeated(Math.Sqrt(1 + epsilon), channels), zeros(channels), zeros(channels),
            ones(channels), epsilon);
    }

    /// <summary>Reads a BatchNormalization node.</summary>
    public static Layer Read(OnnxNode node)
    {
        if (node.Int("training_mode", 0) != 0)
            throw node.Unsupported("training_mode 1; export the model for inference");
        if (node.Int("spatial", 1) == 0)
            throw node.Unsupported("spatial 0, statistics of each position,");
        return new BatchNormalization(node.Floats(1), node.Floats(2), node.Floats(3), node.Floats(4), node.Float("epsilon", 1e-5f));
    }

    public override Tensor forward(Tensor input)
    {
        if (Adapts)
            Adapt(input);
        return nn.functional.batch_norm(
            input, runningMean, runningVariance, scale, shift, training && !IsFrozen, training && TracksStatistics && !IsFrozen ? Momentum : 0, _epsilon);
    }

    public override string Export(OnnxGraph graph, string value)
    {
        string Store(Tensor tensor) => graph.Constant(Values(tensor), tensor.shape);
        return graph.Op("BatchNormalization", [value, Store(scale), Store(shift), Store(runningMean), Store(runningVariance)], ("epsilon", (float)_epsilon));
    }

    private void Adapt(Tensor input)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var values = input.to(ScalarType.Float32);
        runningMean.copy_(values.mean([0, 2, 3]));
        runningVariance.copy_(values.var([0, 2, 3], unbiased: false));
        scale.copy_(runningVariance.Plus(_epsilon).sqrt());
        shift.copy_(runningMean);
    }
}
