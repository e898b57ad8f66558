using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Networks.Layers;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>What H-Net says of a batch.</summary>
/// <param name="Code">Activations u, [N, K], in (-1, 1).</param>
/// <param name="Logits">Scores of the class head, [N, classes]; null if there is no class head.</param>
internal readonly record struct HashOutput(Tensor Code, Tensor? Logits);

/// <summary>
/// H-Net: backbone, linear layer to K values, batch normalization without affine, tanh. The class head reads u and exists only in training.
/// </summary>
/// <remarks>
/// From the paper: a hashing network with relaxed binary outputs. Reconstructed: the normalization before tanh (it keeps tanh out of saturation and
/// the bits balanced; it folds into the linear layer at export) and the class head on the code.
/// </remarks>
internal sealed class HashNetwork : nn.Module<Tensor, HashOutput>
{
    private const double Momentum = 0.1;
    private const double Epsilon = 1e-5;
    private readonly LayerSequence backbone;
    private readonly Parameter hashWeight;
    private readonly Tensor hashMean;
    private readonly Tensor hashVariance;
    private readonly Linear? classHead;
    private readonly bool _isPretrained;
    private readonly int _largeMaps;
    private bool _tracksStatistics = true;

    public HashNetwork(BackboneNetwork backbone, int bits, int classHeadSize) : base(nameof(HashNetwork))
    {
        this.backbone = backbone.Body;
        _isPretrained = backbone.IsPretrained;
        _largeMaps = backbone.LargeMaps;
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

    /// <summary>Where the layers with the largest maps are computed again in the backward pass; null where all maps are kept for it.</summary>
    public Recomputation? Recomputation { get; set; }

    /// <summary>Whether an image's activations are the mean of its own and its mirror image's when it is encoded; training sees one at a time.</summary>
    public bool AveragesMirrorImage { get; set; }

    /// <summary>The feature extractor, for export.</summary>
    public Layer Backbone => backbone;

    /// <summary>Prefixes of the names of parameters that were learned before.</summary>
    public string[] PretrainedParameters => _isPretrained ? [nameof(backbone) + "."] : [];

    /// <summary>Whether nothing before the hash layer is trained.</summary>
    public bool HasFrozenBackbone => !backbone.parameters().Any(p => p.requires_grad);

    /// <summary>Takes everything before the hash layer out of training.</summary>
    public void FreezeBackbone()
    {
        foreach (var parameter in backbone.parameters())
            parameter.requires_grad = false;
        foreach (var layer in backbone.modules().OfType<BatchNormalization>())
            layer.IsFrozen = true;
    }

    /// <summary>Codes of images [N, C, H, W], or of their features [N, F] where these are known already.</summary>
    public override HashOutput forward(Tensor images)
    {
        var features = images.dim() == 2 ? images : Features(images);                               // [N, F]
        var projected = nn.functional.linear(features, hashWeight);                                 // [N, K]
        var code = nn.functional.batch_norm(projected, hashMean, hashVariance, null, null, training, training && _tracksStatistics ? Momentum : 0,
            Epsilon).tanh();
        return new HashOutput(code, classHead?.forward(code));
    }

    /// <summary>What the exported model says of images [N, C, H, W]: activations, [N, K].</summary>
    public Tensor Encode(Tensor images)
    {
        var own = call(images).Code;
        return AveragesMirrorImage ? own.Plus(call(images.flip(3)).Code).Times(0.5) : own;
    }

    /// <summary>The backbone's features of images [N, C, H, W]: [N, F], float32.</summary>
    public Tensor Features(Tensor images)
    {
        var x = _largeMaps > 0 && Recomputation is { } later ? later.Run(() => LargeMaps(images), LargeMapsAgain) : LargeMaps(images);
        return backbone.Compute(x, _largeMaps..).to(ScalarType.Float32);

        Tensor LargeMapsAgain()
        {
            bool tracked = _tracksStatistics;
            TrackStatistics(false);
            try
            {
                return LargeMaps(images);
            }
            finally
            {
                TrackStatistics(tracked);
            }
        }
    }

    /// <summary>Says whether training passes move the running statistics of every normalization.</summary>
    public void TrackStatistics(bool value)
    {
        _tracksStatistics = value;
        foreach (var layer in modules().OfType<BatchNormalization>())
            layer.TracksStatistics = value;
    }

    /// <summary>Casts each weight once for all passes until the result is disposed.</summary>
    public WeightCasts ShareCasts() => new(backbone.modules().OfType<GraphOperator>().Append(backbone));

    /// <summary>
    /// Measures on images what is measured and not learned: the first layer of a small network from scratch, and the normalizations that an imported
    /// backbone did not have, so that they change nothing at first.
    /// </summary>
    /// <param name="images">Gives a few hundred images, [N, C, H, W]; not called where there is nothing to measure.</param>
    public void Measure(Func<Tensor> images)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (modules().OfType<PatchWhitening>().FirstOrDefault() is { } whitening)
            whitening.Measure(images());
        var added = modules().OfType<OperatorGraph>().SelectMany(graph => graph.AddedNormalizations).ToArray();
        if (added.Length == 0)
            return;
        foreach (var layer in added)
            layer.Adapts = !layer.IsFrozen;
        Features(images());
        foreach (var layer in added)
            layer.Adapts = false;
    }

    private Tensor LargeMaps(Tensor images) => backbone.Compute(GraphOperator.ChannelsLast(images.to(ComputeType)), .._largeMaps);

    /// <summary>The linear layer with the normalization folded in: weight [K, F] row-major and bias [K].</summary>
    public (float[] Weight, float[] Bias) FoldedHashLayer()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var scale = hashVariance.Plus(Epsilon).rsqrt();
        return ((hashWeight * scale.unsqueeze(1)).cpu().data<float>().ToArray(), (-hashMean * scale).cpu().data<float>().ToArray());
    }
}
