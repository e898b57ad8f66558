using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Networks.Layers;
using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Trainer;

/// <summary>Fine-tuning of a backbone that comes as an ONNX file.</summary>
public sealed class BackboneTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"ssah-backbone-{Guid.NewGuid():N}.onnx");

    public BackboneTests()
    {
        using var generator = new Generator(3, CPU);
        File.WriteAllBytes(_file, Exported(BackboneNetwork.SmallResNet(3, 16).Body, generator));
    }

    private static byte[] Exported(LayerSequence network, Generator generator)
    {
        Initialization.Apply(network, generator);
        for (int i = 0; i < 4; i++)
        {
            using var scope = NewDisposeScope();
            network.forward(randn(8, 3, Image.Side, Image.Side, generator: generator));
        }
        var graph = new OnnxGraph("backbone");
        graph.Output("features", network.Export(graph, graph.Input("image", -1, 3, -1, -1)), TensorProto.Types.DataType.Float, -1, 128);
        return graph.ToBytes();
    }

    public void Dispose() => File.Delete(_file);

    private static TrainingSet Set()
    {
        var builder = new TrainingSet.Builder(new PixelShape(3, Image.Side, Image.Side));
        foreach (var image in Images.Draw(60, labeledEvery: 2))
        {
            var row = builder.Add(image.Label < Image.Classes ? [(int)image.Label] : []);
            for (int i = 0; i < row.Length; i++)
                row[i] = (byte)image.Pixels[i];
        }
        return builder.Build(Image.Classes, false, null, 0, 1);
    }

    [Fact]
    public void Is_fine_tuned_exported_and_described_in_the_metadata()
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 12);
        options.Backbone = Backbone.FromOnnx(_file,
            preprocessing: new BackbonePreprocessing { Side = 24, Order = ChannelOrder.Bgr, Mean = [104, 117, 123], Scale = [0.02f] });
        // Fit compares the export with the trained network: resizing, colors and scale are in the graph.
        using var encoder = ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(60, 2)));
        using var preprocessing = JsonDocument.Parse(encoder.Metadata["ssah.preprocessing"]);
        Assert.Equal(24, preprocessing.RootElement.GetProperty("Height").GetInt32());
        Assert.Equal("Bgr", preprocessing.RootElement.GetProperty("Order").GetString());
        Assert.Contains(Path.GetFileName(_file), encoder.Metadata["ssah.options"], StringComparison.Ordinal);
    }

    [Fact]
    public void Folded_normalizations_come_back_without_changing_what_the_network_says()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        var convolutions = new OnnxGraph("folded");
        string image = convolutions.Input("image", -1, 3, -1, -1);
        string Convolve(string value, int inputs, int outputs)
        {
            float[] weights = (randn(outputs * inputs * 9, generator: generator) * 0.1).data<float>().ToArray();
            return convolutions.Op("Relu", [convolutions.Op("Conv", [value, convolutions.Constant(weights, outputs, inputs, 3, 3)],
                ("pads", new[] { 1L, 1L, 1L, 1L }))]);
        }
        convolutions.Output("features", convolutions.Op("GlobalAveragePool", [Convolve(Convolve(image, 3, 16), 16, 32)]),
            TensorProto.Types.DataType.Float, -1, 32, 1, 1);
        File.WriteAllBytes(_file, convolutions.ToBytes());

        var options = Images.Options(steps: 4);
        options.Backbone = Backbone.FromOnnx(_file);
        using var training = new SsahTraining(Set(), options, CPU, ScalarType.Float32, seed: 1);
        Assert.Equal(2, training.Teacher.modules().OfType<BatchNormalization>().Count());
        Assert.All(training.Teacher.modules().OfType<BatchNormalization>(), layer => Assert.False(layer.Adapts));
        var images = training.Batches.Plain([.. Enumerable.Range(0, 60)]);
        using var _ = no_grad();
        // In training a normalization uses its batch: all 60 images are the batch that it adapted to.
        var before = new OnnxBackboneReader(File.ReadAllBytes(_file), "features", "folded").Build();
        var shape = new PixelShape(3, Image.Side, Image.Side);
        var expected = before.forward(new BackboneInput(shape, [Image.Side, Image.Side], training.Normalization,
            new BackbonePreprocessing()).forward(images)).flatten(1);
        training.Teacher.eval();
        Assert.True(training.Teacher.Features(images).allclose(expected, 1e-3, 1e-2));
        training.Teacher.train();
        Assert.True(training.Teacher.Features(images).allclose(expected, 1e-3, 1e-2));
    }

    [Theory]
    [InlineData(96)]
    [InlineData(224)]
    public void ResNet18_of_the_package_agrees_with_ONNX_Runtime_at_its_own_size_and_at_another(int side)
    {
        var reader = new OnnxBackboneReader(File.ReadAllBytes(PretrainedNetwork.ResNet18.Path), PretrainedNetwork.ResNet18.Output, "ResNet18.onnx");
        Assert.InRange(ImportVerification.Check(reader, 3, side, side), 0, ImportVerification.Tolerance);
    }

    [Fact]
    public void An_inner_value_of_ResNet18_is_taken_at_a_size_that_its_tail_would_not_run_at()
    {
        var reader = new OnnxBackboneReader(File.ReadAllBytes(PretrainedNetwork.ResNet18.Path), "ReLU333_Output_0", "ResNet18.onnx");
        Assert.InRange(ImportVerification.Check(reader, 3, 48, 80), 0, ImportVerification.Tolerance);
    }

    [Fact]
    public void ResNet18_with_weights_from_ImageNet_becomes_a_hasher()
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 3);
        (options.Backbone, options.HardSamples.Source) = (Backbone.ResNet18(side: 32, freezeStages: 5), HardSampleSource.None);
        using var encoder = ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(12, 1)));
        using var preprocessing = JsonDocument.Parse(encoder.Metadata["ssah.preprocessing"]);
        Assert.Equal(32, preprocessing.RootElement.GetProperty("Height").GetInt32());
        Assert.Contains("ResNet18, ImageNet", encoder.Metadata["ssah.options"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_frozen_ResNet18_gives_the_features_that_ONNX_Runtime_gives()
    {
        var set = Set();
        var options = Images.Options(steps: 1);
        byte[] pixels = [.. set.Image(0), .. set.Image(1)];
        // Of the maps at a sixteenth of 16 pixels nothing is left out.
        var network = new PretrainedNetwork(PretrainedNetwork.ResNet18.Path, "ReLU347_Output_0",
            PretrainedNetwork.ResNet18.Preprocessing) { TakesAnySize = true };
        using var features = BackboneFeatures.Open(network, Image.Side, Image.Side);
        float[] expected = new float[2 * features.Length];
        features.Compute(pixels, 2, expected);
        options.Backbone = Backbone.Pretrained(network, freezeStages: 100);
        using var training = new SsahTraining(set, options, CPU, ScalarType.Float32, seed: 1);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        float[] actual = training.Teacher.Features(training.Batches.Plain([0, 1])).contiguous().data<float>().ToArray();
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(actual.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-3 * expected.Max()));
    }

    [Fact]
    public void A_network_of_bytes_with_channels_last_is_fine_tuned()
    {
        var graph = new OnnxGraph("tensorflow");
        string image = graph.Input("image", 1, Image.Side, Image.Side, 3);
        string planar = graph.Op("Transpose", [graph.Op("Cast", [image], ("to", 1L))], ("perm", new[] { 0L, 3L, 1L, 2L }));
        using var generator = new Generator(5, CPU);
        float[] weights = (randn(16 * 3 * 9, generator: generator) * 0.01).data<float>().ToArray();
        string mapped = graph.Op("Relu", [graph.Op("Conv", [planar, graph.Constant(weights, 16, 3, 3, 3)])]);
        string last = graph.Op("Transpose", [mapped], ("perm", new[] { 0L, 2L, 3L, 1L }));
        graph.Output("features", graph.Op("ReduceMean", [last], ("axes", new[] { 1L, 2L }), ("keepdims", 0L)), TensorProto.Types.DataType.Float, 1, 16);
        var model = ModelProto.Parser.ParseFrom(graph.ToBytes());
        model.Graph.Input[0].Type.TensorType.ElemType = (int)TensorProto.Types.DataType.Uint8;
        File.WriteAllBytes(_file, Google.Protobuf.MessageExtensions.ToByteArray(model));
        var ml = new MLContext(1);
        var options = Images.Options(steps: 3);
        options.Backbone = Backbone.FromOnnx(_file);
        using var encoder = ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(30, 1)));
        Assert.Equal(new PixelShape(3, Image.Side, Image.Side), encoder.InputShape);
    }

    [Fact]
    public void Without_its_package_ResNet18_names_the_package_before_anything_is_read()
    {
        var options = Images.Options();
        options.Backbone = Backbone.Pretrained(PretrainedNetwork.ResNet18 with { Path = "nowhere.onnx" });
        var error = Assert.Throws<ArgumentException>(() => new MLContext(1).Transforms.SsahHash(options));
        Assert.Contains("dotnet add package Microsoft.ML.DnnImageFeaturizer.ResNet18", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, true, true)]
    [InlineData(true, true, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    public void An_image_and_its_mirror_image_have_one_code_where_images_may_be_mirrored_and_the_option_says_so(bool fromFile, bool average, bool flip)
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 3);
        if (fromFile)
            options.Backbone = Backbone.FromOnnx(_file, preprocessing: new BackbonePreprocessing { Side = 24 });
        (options.Augmentation.MirrorAverage, options.Augmentation.HorizontalFlip) = (average, flip);
        var images = Images.Draw(60, 2);
        using var encoder = ml.Transforms.SsahHash(options).Fit(Images.View(ml, images));
        var mirrored = images.Select(image => new Image
        {
            Label = image.Label,
            Class = image.Class,
            Pixels = [.. Enumerable.Range(0, image.Pixels.Length).Select(i => image.Pixels[i / Image.Side * Image.Side + Image.Side - 1 - i % Image.Side])],
        });
        float[][] Activations(IEnumerable<Image> some) => [.. encoder.Transform(Images.View(ml, some)).GetColumn<float[]>("HashCodeActivation")];
        double difference = Activations(images).Zip(Activations(mirrored), (one, other) => one.Zip(other, (a, b) => Math.Abs(a - b)).Max()).Max();
        Assert.Equal(average && flip, difference < 1e-4);
    }

    [Fact]
    public void A_hash_model_that_averages_over_mirror_images_is_refused_as_a_backbone_and_what_the_error_advises_works()
    {
        var ml = new MLContext(1);
        var view = Images.View(ml, Images.Draw(60, 2));
        HashEncoder Fit(Backbone backbone, bool average)
        {
            var options = Images.Options(steps: 3);
            (options.Backbone, options.Augmentation.HorizontalFlip, options.Augmentation.MirrorAverage) = (backbone, true, average);
            return ml.Transforms.SsahHash(options).Fit(view);
        }
        Backbone ofModel = Backbone.FromOnnx(_file, HashModelContract.ActivationOutput);
        using (HashEncoder averaged = Fit(Backbone.SmallResNet(16), average: true))
            averaged.SaveOnnx(_file);
        var error = Assert.Throws<UnsupportedNetworkException>(() => Fit(ofModel, average: true));
        Assert.Contains("Augmentation.MirrorAverage = false", error.Message, StringComparison.Ordinal);
        Fit(Backbone.Frozen(new PretrainedNetwork(_file, HashModelContract.ActivationOutput, null)), average: true).Dispose();
        using (HashEncoder plain = Fit(Backbone.SmallResNet(16), average: false))
            plain.SaveOnnx(_file);
        Fit(ofModel, average: true).Dispose();
    }

    [Fact]
    public void A_network_with_normalizations_gets_no_more()
    {
        using var generator = new Generator(3, CPU);
        using var graph = new OnnxBackboneReader(Exported(BackboneNetwork.ResNet18(3, 16).Body, generator), "features", "net").Build();
        Assert.Same(graph, graph.WithNormalization(graph.Shapes(3, Image.Side, Image.Side)));
    }

    [Fact]
    public void Where_some_normalizations_are_folded_only_those_come_back()
    {
        using var generator = new Generator(5, CPU);
        var graph = new OnnxGraph("dense");
        string Constant(params long[] shape) => graph.Constant((randn(shape, generator: generator) * 0.1).data<float>().ToArray(), shape);
        string image = graph.Input("image", -1, 3, -1, -1);
        string folded = graph.Op("Relu", [graph.Op("Conv", [image, Constant(16, 3, 1, 1), Constant(16)])]);
        string own = graph.Op("Conv", [folded, Constant(16, 16, 1, 1), Constant(16)]);
        string normalized = graph.Op("BatchNormalization", [own, Constant(16), Constant(16), Constant(16), graph.Constant([.. Enumerable.Repeat(1f, 16)], 16)]);
        string never = graph.Op("Conv", [normalized, Constant(16, 16, 1, 1)]);
        graph.Output("features", graph.Op("Add", [never, folded]), TensorProto.Types.DataType.Float, -1, 16, -1, -1);

        using var imported = new OnnxBackboneReader(graph.ToBytes(), "features", "net").Build();
        using var trained = imported.WithNormalization(imported.Shapes(3, 8, 8));
        Assert.Single(trained.AddedNormalizations);
        Assert.Equal(2, trained.modules().OfType<BatchNormalization>().Count());
        using var images = randn(2, 3, 8, 8, generator: generator);
        imported.eval();
        trained.eval();
        Assert.True(trained.forward(images).allclose(imported.forward(images), 1e-4, 1e-5));
    }

    [Fact]
    public void Backbone_and_head_learn_at_their_rates_and_only_matrices_decay()
    {
        using var generator = new Generator(5, CPU);
        var graph = new OnnxGraph("scaled");
        string image = graph.Input("image", -1, 3, -1, -1);
        string scaled = graph.Op("Mul", [image, graph.Constant([1f, 2f, 3f], 1, 3, 1, 1)]);
        string mapped = graph.Op("Conv", [scaled, graph.Constant(randn(16 * 3, generator: generator).data<float>().ToArray(), 16, 3, 1, 1)]);
        graph.Output("features", mapped, TensorProto.Types.DataType.Float, -1, 16, -1, -1);
        File.WriteAllBytes(_file, graph.ToBytes());
        var options = Images.Options(steps: 1);
        (options.Backbone, options.Optimization.LearningRate, options.Optimization.WeightDecay) = (Backbone.FromOnnx(_file), 0.05, 0.001);
        using var training = new SsahTraining(Set(), options, CPU, ScalarType.Float32, seed: 1);

        var groups = ParameterGroups.Of(training.Teacher, options);
        (double Rate, double Decay) Of(Func<long[], bool> shape) =>
            groups.Where(g => g.Parameters.Any(p => shape(p.shape))).Select(g => (g.LearningRate, g.WeightDecay)).Single();
        Assert.Equal((0.015, 0.001), Of(shape => shape is [16, 3, 1, 1]));
        Assert.Equal((0.015, 0), Of(shape => shape is [1, 3, 1, 1]));
        Assert.Equal((0.05, 0.001), Of(shape => shape is [_, 16] && shape[0] == options.Bits));
    }

    [Fact]
    public void A_learning_rate_of_0_freezes_the_backbone_with_its_normalizations()
    {
        var options = Images.Options(steps: 3);
        (options.Backbone, options.Optimization.BackboneLearningRateFactor) = (Backbone.FromOnnx(_file), 0);
        using var training = new SsahTraining(Set(), options, CPU, ScalarType.Float32, seed: 1);
        Assert.True(training.Teacher.HasFrozenBackbone);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var images = training.Batches.Plain([0, 1, 2, 3]);
        training.Teacher.eval();
        var (features, codes) = (training.Teacher.Features(images), training.Teacher.call(images).Code);
        using (enable_grad())
            while (training.Progress < 1)
                training.RunStep();
        Assert.True(training.Teacher.Features(images).equal(features).all().ToBoolean());
        Assert.False(training.Teacher.call(images).Code.equal(codes).all().ToBoolean());
    }

    [Fact]
    public void Frozen_stages_keep_their_weights_and_the_others_learn()
    {
        var set = Set();
        var options = Images.Options(steps: 4);
        options.Backbone = Backbone.FromOnnx(_file, freezeStages: 1);
        using var training = new SsahTraining(set, options, CPU, ScalarType.Float32, seed: 1);
        var start = training.Teacher.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());
        // Two convolutions and their normalizations at full size and three behind the first pooling lie in stages 0 and 1.
        string[] frozen = [.. training.Teacher.named_parameters().Where(p => !p.parameter.requires_grad).Select(p => p.name)];
        // The first one has a shift in place of a normalization, and gets one.
        Assert.Equal(5 * 3 + 1, frozen.Length);
        while (training.Progress < 1)
            training.RunStep();
        foreach (var (name, parameter) in training.Teacher.named_parameters())
            Assert.Equal(frozen.Contains(name), parameter.equal(start[name]).all().ToBoolean());
    }

    [Fact]
    public void Features_of_a_frozen_backbone_are_those_of_its_images()
    {
        var set = Set();
        var options = Images.Options(steps: 4);
        options.Backbone = Backbone.FromOnnx(_file, freezeStages: 100);
        using var training = new SsahTraining(set, options, CPU, ScalarType.Float32, seed: 1);
        var cached = new CachedFeatures(training.Teacher, training.Batches, set.Labels.Count);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        cached.Draw([5, 1]);
        var drawn = cached.Draw([1, 2, 1, 5]);
        var expected = training.Teacher.Features(training.Batches.Plain([1, 2, 1, 5]));
        double difference = (drawn - expected).abs().max().ToDouble(), largest = expected.abs().max().ToDouble();
        Assert.True(difference <= 1e-5 * largest, $"differs by {difference} where the largest feature is {largest}");
    }

    [Fact]
    public void A_head_alone_learns_on_a_frozen_backbone()
    {
        var ml = new MLContext(1);
        var losses = new List<double>();
        var options = Images.Options(steps: 120);
        options.Backbone = Backbone.FromOnnx(_file, freezeStages: 100);
        options.HardSamples.Source = HardSampleSource.None;
        options.MetricsCallback = m => losses.Add(m.SimilarityLoss);
        using var encoder = ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(90, 1)));
        Assert.True(losses[^1] < 0.8 * losses[0], $"Loss {losses[0]} to {losses[^1]}.");
    }

    [Fact]
    public void The_input_layer_is_order_scale_and_size_of_the_pixels()
    {
        var shape = new PixelShape(3, 5, 7);
        var normalization = new ImageNormalization([100, 110, 120], [50, 60, 70]);
        var preprocessing = new BackbonePreprocessing { Order = ChannelOrder.Bgr, Mean = [104, 117, 123], Scale = [0.5f, 1, 2] };
        using var layer = new BackboneInput(shape, [5, 7], normalization, preprocessing);
        var random = new Random(2);
        float[] pixels = [.. Enumerable.Range(0, 105).Select(_ => (float)random.Next(256))];
        float[] normalized = [.. pixels.Select((p, i) => (p - normalization.Mean[i / 35]) / normalization.Deviation[i / 35])];
        using var input = tensor(normalized, [1, 3, 5, 7]);
        float[] result = layer.forward(input).contiguous().data<float>().ToArray();
        for (int c = 0; c < 3; c++)
            for (int i = 0; i < 35; i++)
                Assert.Equal((pixels[(2 - c) * 35 + i] - preprocessing.Mean[c]) * preprocessing.Scale[c], result[c * 35 + i], 1e-2);
    }

    [Fact]
    public void Errors_name_the_file_and_what_to_do()
    {
        var ml = new MLContext(1);
        var options = Images.Options();
        options.Backbone = Backbone.FromOnnx("nowhere.onnx", preprocessing: new BackbonePreprocessing { Mean = [1, 2], Side = 0 }, freezeStages: -1);
        var error = Assert.Throws<ArgumentException>(() => ml.Transforms.SsahHash(options));
        foreach (string part in new[] { "4 error(s)", "nowhere.onnx", "Mean", "Side", "frozen" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);

        options.Backbone = Backbone.FromOnnx(_file, preprocessing: new BackbonePreprocessing { Side = 4 });
        var small = Assert.Throws<UnsupportedNetworkException>(() => ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(12, 1))));
        foreach (string part in new[] { Path.GetFileName(_file), "4x4", "Side to 8", "'Pixels'" })
            Assert.Contains(part, small.Message, StringComparison.Ordinal);

        File.WriteAllBytes(_file, File.ReadAllBytes(_file)[..200]);
        options.Backbone = Backbone.FromOnnx(_file);
        var broken = Assert.Throws<DamagedFileException>(() => ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(12, 1))));
        Assert.Contains(Path.GetFileName(_file), broken.Message, StringComparison.Ordinal);
    }
}
