using SSAH.MLNet.Training.Networks.Layers;

namespace SSAH.MLNet.Training.Networks;

/// <summary>A feature extractor: [N, channels, H, W] images to [N, <see cref="Features"/>] vectors.</summary>
/// <param name="Body">The layers.</param>
/// <param name="Features">Length of the feature vector.</param>
/// <param name="LargeMaps">Number of the first layers that hold most of the memory of a step: those whose maps are as large as the image, or nearly.</param>
/// <param name="IsPretrained">Whether the weights have been learned already and must not be drawn anew.</param>
internal sealed record BackboneNetwork(LayerSequence Body, long Features, bool IsPretrained = false, int LargeMaps = 0)
{
    /// <summary>
    /// A small residual network for images of about 32 pixels, trained from scratch ("ResNet-9" of the DAWNBench line), after a layer that whitens
    /// patches. At width 32 and 32x32 pixels it costs 95 million multiply-adds per image.
    /// </summary>
    public static BackboneNetwork SmallResNet(int channels, int width)
    {
        long w = width, whitened = PatchWhitening.OutputsFor(channels, w);
        var body = new LayerSequence(
            new LayerSequence(new PatchWhitening(channels, whitened), new Relu(inPlace: true)),
            ConvNormRelu(whitened, 2 * w), new MaxPooling(2, 2),
            new Residual(new LayerSequence(ConvNormRelu(2 * w, 2 * w), ConvNormRelu(2 * w, 2 * w))),
            ConvNormRelu(2 * w, 4 * w), new MaxPooling(2, 2),
            ConvNormRelu(4 * w, 8 * w), new MaxPooling(2, 2),
            new Residual(new LayerSequence(ConvNormRelu(8 * w, 8 * w), ConvNormRelu(8 * w, 8 * w))),
            new GlobalMaxPooling(), new Flattening());
        return new BackboneNetwork(body, 8 * w, LargeMaps: 3);
    }

    /// <summary>ResNet-18 as torchvision shapes it (He et al. 2016): 7x7 stem with stride 2, max pooling, four stages of two basic blocks.</summary>
    public static BackboneNetwork ResNet18(int channels, int width)
    {
        long w = width;
        var body = new LayerSequence(
            ConvNormRelu(channels, w, kernel: 7, stride: 2), new MaxPooling(3, 2, 1),
            BasicBlock(w, w, 1), BasicBlock(w, w, 1),
            BasicBlock(w, 2 * w, 2), BasicBlock(2 * w, 2 * w, 1),
            BasicBlock(2 * w, 4 * w, 2), BasicBlock(4 * w, 4 * w, 1),
            BasicBlock(4 * w, 8 * w, 2), BasicBlock(8 * w, 8 * w, 1),
            MeanOverAxes.Positions());
        return new BackboneNetwork(body, 8 * w, LargeMaps: 2);
    }

    private static LayerSequence ConvNormRelu(long inputs, long outputs, long kernel = 3, long stride = 1) =>
        new(new Convolution(inputs, outputs, kernel, stride), new BatchNormalization(outputs), new Relu(inPlace: true));

    private static Residual BasicBlock(long inputs, long outputs, long stride)
    {
        var body = new LayerSequence(
            ConvNormRelu(inputs, outputs, stride: stride),
            new Convolution(outputs, outputs, 3), new BatchNormalization(outputs));
        var shortcut = stride == 1 && inputs == outputs
            ? null
            : new LayerSequence(new Convolution(inputs, outputs, 1, stride), new BatchNormalization(outputs));
        return new Residual(body, shortcut, rectify: true);
    }
}
