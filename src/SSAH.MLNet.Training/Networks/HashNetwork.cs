using SSAH.MLNet.Training.Networks.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks;

/// <summary>What H-Net says of a batch.</summary>
/// <param name="Code">Activations u, [N, K], in (-1, 1).</param>
/// <param name="Logits">Scores of the class head, [N, classes]; null where there is no class head.</param>
internal readonly record struct HashOutput(Tensor Code, Tensor? Logits);

/// <summary>
/// H-Net: backbone, linear layer to K values, batch normalisation without affine, tanh. The class head reads u and exists only in training.
/// </summary>
/// <remarks>
/// From the paper: a hashing network with relaxed binary outputs. Reconstructed: the normalisation before tanh (it keeps tanh out of saturation and
/// the bits balanced; it folds into the linear layer at export) and the class head on the code.
/// </remarks>
internal sealed class HashNetwork : nn.Module<Tensor, HashOutput>
{
    private const double Momentum = 0.1;
    private const double Epsilon = 1e-5;
    private readonly Layer backbone;
    private readonly Parameter hashWeight;
    private readonly Tensor hashMean;
    private readonly Tensor hashVariance;
    private readonly Linear? classHead;
    private bool _tracksStatistics = true;

    public HashNetwork(BackboneNetwork backbone, int bits, int classHeadSize) : base(nameof(HashNetwork))
    {
        this.backbone = backbone.Body;
        Bits = bits;
        hashWeight = new Parameter(zeros(bits, backbone.Features));
        hashMean = zeros(bits);
        hashVariance = ones(bits);
        register_buffer(nameof(hashMean), hashMean);
        register_buffer(nameof(hashVariance), hashVariance);
        classHead = classHeadSize > 0 ? nn.Linear(bits, classHeadSize) : null;
        RegisterComponents();
    }

    /// <summary>Code length K.</summary>
    public int Bits { get; }

    /// <summary>Number type of the convolutions: float32, or bfloat16 with float32 weights and statistics.</summary>
    public ScalarType ComputeType { get; set; } = ScalarType.Float32;

    /// <summary>The feature extractor, for export.</summary>
    public Layer Backbone => backbone;

    /// <inheritdoc/>
    public override HashOutput forward(Tensor images)
    {
        var x = ComputeType == ScalarType.Float32 ? images : ChannelsLast(images.to(ComputeType));
        var features = backbone.forward(x).to(ScalarType.Float32);                                  // [N, F]
        var projected = nn.functional.linear(features, hashWeight);                                 // [N, K]
        var code = nn.functional.batch_norm(projected, hashMean, hashVariance, null, null, training, training && _tracksStatistics ? Momentum : 0, Epsilon).tanh();
        return new HashOutput(code, classHead?.forward(code));
    }

    /// <summary>Says whether training passes move the running statistics of every normalisation.</summary>
    public void TrackStatistics(bool value)
    {
        _tracksStatistics = value;
        foreach (var layer in modules().OfType<BatchNormalization>())
            layer.TracksStatistics = value;
    }

    /// <summary>The linear layer with the normalisation folded in: weight [K, F] row-major and bias [K].</summary>
    public (float[] Weight, float[] Bias) FoldedHashLayer()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var scale = (hashVariance + Epsilon).rsqrt();
        return ((hashWeight * scale.unsqueeze(1)).cpu().data<float>().ToArray(), (-hashMean * scale).cpu().data<float>().ToArray());
    }

    // Reduced-precision convolutions on the CPU are several times faster with the channels innermost.
    private static Tensor ChannelsLast(Tensor images) => images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
