using System.Globalization;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Networks;

namespace SSAH.MLNet;

/// <summary>The network that turns images into features, before the hash layer.</summary>
public abstract class Backbone
{
    private protected Backbone()
    {
    }

    /// <summary>
    /// <see cref="Frozen"/> with <see cref="PretrainedNetwork.ResNet18"/> for color images of 64 pixels and more, <see cref="SmallResNet"/> from
    /// scratch for smaller ones.
    /// </summary>
    public static Backbone Auto { get; } = new AutoBackbone();

    /// <summary>A residual network of eight 3x3 convolutions for images of about 32 pixels, trained from scratch.</summary>
    /// <param name="width">Channels of the first stage, a multiple of 16 from 16 to 256. At 32 it costs 95 million multiply-adds for 32x32 pixels.</param>
    public static Backbone SmallResNet(int width = 32) => new ResidualBackbone("SmallResNet", width, BackboneNetwork.SmallResNet);

    /// <summary>ResNet-18 in torchvision's shape (He et al. 2016), for images of 64 pixels and more, trained from scratch.</summary>
    /// <param name="width">Channels of the first stage, a multiple of 16 from 16 to 256.</param>
    public static Backbone ResNet18FromScratch(int width = 64) => new ResidualBackbone("ResNet18 from scratch", width, BackboneNetwork.ResNet18);

    /// <summary>
    /// ResNet-18 with weights from ImageNet (<see cref="PretrainedNetwork.ResNet18"/>), fine-tuned with the hash layer. The application adds the package
    /// Microsoft.ML.DnnImageFeaturizer.ResNet18, which brings the weights.
    /// </summary>
    /// <param name="side">Side in pixels that images are resized to inside the model, a multiple of 32; null takes the size of the pixel column,
    /// whose sides must then be multiples of 32.</param>
    /// <param name="freezeStages">Number of stages that are not trained, counted from the image (0 to 5); a stage is what computes at one resolution.
    /// 5 freezes all.</param>
    public static Backbone ResNet18(int? side = null, int freezeStages = 0) => Pretrained(
        PretrainedNetwork.ResNet18 with { Preprocessing = PretrainedNetwork.ResNet18.Preprocessing with { Side = side } }, freezeStages);

    /// <summary>A pretrained network from an ONNX file, fine-tuned with the hash layer and exported with it. The file is read when training starts.</summary>
    /// <param name="path">An ONNX model with float weights, batch normalization folded or not.</param>
    /// <param name="output">Name of the value to hash, an output of the graph or any value inside it: [N, F], or [N, C, H, W] (then its mean over H
    /// and W).</param>
    /// <param name="preprocessing">What the network expects of its images; null is RGB from 0 to 255.</param>
    /// <param name="freezeStages">Number of stages that are not trained, counted from the image; a stage is what computes at one resolution.</param>
    /// <remarks>
    /// <para>Operators: Add, AveragePool, BatchNormalization, Cast (to float), Clip, Concat, Constant, Conv, Div, Dropout, Flatten, Gemm,
    /// GlobalAveragePool, GlobalMaxPool, HardSigmoid, HardSwish, Identity, LRN, LeakyRelu, MatMul, MaxPool, Mul, Pad, ReduceMean, Relu, Reshape,
    /// Sigmoid, Squeeze, Sub, Sum, Tanh, Transpose, Unsqueeze; and any operator whose inputs are constants. Training starts only if TorchSharp and
    /// ONNX Runtime agree on the file.</para>
    /// <para>Images [N, C, H, W] or [N, H, W, C], of floats, half floats or bytes that a Cast makes floats. Half precision becomes single precision.</para>
    /// </remarks>
    public static Backbone FromOnnx(string path, string output = "features", BackbonePreprocessing? preprocessing = null, int freezeStages = 0) =>
        Pretrained(new PretrainedNetwork(path, output, preprocessing), freezeStages);

    /// <summary>A pretrained network, fine-tuned with the hash layer and exported with it, as <see cref="FromOnnx"/> has it.</summary>
    /// <param name="network">The network and what it expects of its images.</param>
    /// <param name="freezeStages">Number of stages that are not trained, counted from the image; a stage is what computes at one resolution.</param>
    public static Backbone Pretrained(PretrainedNetwork network, int freezeStages = 0)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new OnnxBackbone(network, freezeStages);
    }

    /// <summary>
    /// A pretrained network that stays as it is: its features are computed once and kept on disk, and codes are learned from them in seconds. Half an
    /// hour of fine-tuning (<see cref="Pretrained"/>) can gain some points where there are labels for it. Of the options, columns,
    /// <see cref="SsahTrainer.Options.Bits"/>, seed, cancellation, <see cref="SsahTrainer.LossOptions.FrozenClassWeight"/>,
    /// <see cref="SsahTrainer.AugmentationOptions.HorizontalFlip"/> and, of <see cref="SsahTrainer.HardSampleOptions"/>, source and those that are called
    /// Frozen count here.
    /// </summary>
    /// <param name="network">The network, such as <see cref="PretrainedNetwork.ResNet18"/>.</param>
    public static Backbone Frozen(PretrainedNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new FrozenBackbone(network);
    }

    /// <summary>The network whose features are taken as they are; null if the backbone is trained.</summary>
    /// <param name="shape">Size of the images.</param>
    internal virtual PretrainedNetwork? FrozenNetwork(PixelShape shape) => null;

    /// <summary>What is wrong with the backbone's settings, one sentence each.</summary>
    internal abstract IEnumerable<string> Errors();

    /// <summary>Refuses images that the network cannot take, before any is read.</summary>
    /// <param name="shape">Size of the images.</param>
    /// <param name="column">Name of the pixel column.</param>
    /// <exception cref="UnsupportedNetworkException">The network does not run on images of this size; the message names the column and the size that it
    /// needs.</exception>
    internal abstract void RequireSize(PixelShape shape, string column);

    /// <summary>Reads what has to be read, once for all networks of a training run.</summary>
    /// <param name="shape">Size of the images.</param>
    /// <param name="normalization">How images are normalized before they reach the network.</param>
    internal abstract Func<BackboneNetwork> Prepare(PixelShape shape, ImageNormalization normalization);

    private sealed class FrozenBackbone(PretrainedNetwork network) : Backbone
    {
        public override string ToString() => $"{network}, frozen";

        internal override IEnumerable<string> Errors() => network.Errors();

        internal override PretrainedNetwork? FrozenNetwork(PixelShape shape) => network;

        // The network is opened at the images' size before one is read.
        internal override void RequireSize(PixelShape shape, string column)
        {
        }

        internal override Func<BackboneNetwork> Prepare(PixelShape shape, ImageNormalization normalization) =>
            throw new InvalidOperationException($"{network} is frozen; it has no network to train.");
    }

    private sealed class AutoBackbone : Backbone
    {
        private const int SmallestPhoto = 64;

        public override string ToString() => nameof(Auto);

        internal override IEnumerable<string> Errors() => [];

        internal override void RequireSize(PixelShape shape, string column) => SmallResNet().RequireSize(shape, column);

        internal override PretrainedNetwork? FrozenNetwork(PixelShape shape)
        {
            if (Math.Min(shape.Height, shape.Width) < SmallestPhoto || shape.Channels != 3)
                return null;
            return File.Exists(PretrainedNetwork.ResNet18.Path) ? PretrainedNetwork.ResNet18
                : throw new FileNotFoundException(
                    $"{PretrainedNetwork.ResNet18.Errors().First()} Or train from scratch, which takes far longer and needs far more labels: "
                    + $"Backbone = Backbone.{nameof(ResNet18FromScratch)}().", PretrainedNetwork.ResNet18.Path);
        }

        internal override Func<BackboneNetwork> Prepare(PixelShape shape, ImageNormalization normalization) => SmallResNet().Prepare(shape, normalization);
    }

    private sealed class ResidualBackbone(string name, int width, Func<int, int, BackboneNetwork> create) : Backbone
    {
        // Three halvings: below that, nothing of the image is left.
        private const int LeastSide = 8;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{name}, width {width}");

        internal override IEnumerable<string> Errors()
        {
            // libtorch 2.10's convolutions read uninitialized memory in the backward pass for other widths (AVX-512 blocks of 16 channels).
            if (width is < 16 or > 256 || width % 16 != 0)
                yield return $"The width of {name} is {width}; it must be a multiple of 16 from 16 to 256.";
        }

        internal override void RequireSize(PixelShape shape, string column)
        {
            if (Math.Min(shape.Height, shape.Width) < LeastSide)
                throw new UnsupportedNetworkException(
                    $"Column '{column}' holds images of {shape.Height}x{shape.Width} pixels; {name} needs {LeastSide} at least on each side. "
                    + "Resize them before ExtractPixels (mlContext.Transforms.ResizeImages), or load them larger (LoadImageFolder).");
        }

        internal override Func<BackboneNetwork> Prepare(PixelShape shape, ImageNormalization normalization) => () => create(shape.Channels, width);
    }
}
