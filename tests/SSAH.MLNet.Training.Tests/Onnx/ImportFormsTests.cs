using System.Runtime.InteropServices;
using Google.Protobuf;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;
using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using static SSAH.MLNet.Onnx.Wire.AttributeProto.Types;
using static SSAH.MLNet.Onnx.Wire.TensorProto.Types;
using static SSAH.MLNet.Training.Tests.Onnx.TestModels;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Onnx;

/// <summary>The many ways in which exporters write the same network: inputs, constants, shapes.</summary>
public sealed class ImportFormsTests
{
    private const int Side = 16;
    private const string Source = "net.onnx";
    private static readonly long[] s_toLast = [0, 2, 3, 1];
    private static readonly long[] s_toFirst = [0, 3, 1, 2];

    /// <summary>A model whose input is float with the given sizes; -1 is open.</summary>
    private static ModelProto Model(Func<OnnxGraph, string, string> build, long[]? input = null, long opset = 13)
    {
        var graph = new OnnxGraph("forms", opset);
        string image = graph.Input("image", input ?? [-1, 3, Side, Side]);
        string value = build(graph, image);
        graph.Output(Output, value, DataType.Float, -1, -1);
        var model = ModelProto.Parser.ParseFrom(graph.ToBytes());
        model.Graph.Output.Single().Type = null;
        return model;
    }

    private static string Stem(OnnxGraph g, string image) => g.Op("Relu", [g.Op("Conv",
        [g.Op("Relu", [g.Op("Conv", [image, Constant(g, 1, 16, 3, 3, 3), Constant(g, 2, 16)], ("pads", new[] { 1L, 1L, 1L, 1L }),
            ("strides", new[] { 2L, 2L }))]),
            Constant(g, 3, 16, 16, 3, 3), Constant(g, 4, 16)], ("pads", new[] { 1L, 1L, 1L, 1L }))]);

    private static string Pooled(OnnxGraph g, string image) => g.Op("GlobalAveragePool", [Stem(g, image)]);

    private static string Features(OnnxGraph g, string value) => g.Op("Flatten", [g.Op("GlobalAveragePool", [value])]);

    private static OnnxBackboneReader Read(ModelProto model) => new(model.ToByteArray(), Output, Source);

    /// <summary>Imported and ONNX Runtime agree, at the file's size and at another; and the features are those of the plain network.</summary>
    private static void IsThePlainNetwork(ModelProto model, int side = Side, double tolerance = 1e-4)
    {
        var reader = Read(model);
        Assert.InRange(ImportVerification.Check(reader, 3, side, side), 0, ImportVerification.Tolerance);
        float[] image = Noise([3, 3, side, side]);
        float[] expected = Run(Model((g, x) => Features(g, Stem(g, x)), [-1, 3, -1, -1]).ToByteArray(), image, [3, 3, side, side]);
        using var graph = reader.Build();
        graph.eval();
        using var images = tensor(image, [3, 3, side, side]);
        using var features = graph.forward(images);
        Assert.Equal(3, features.shape[0]);
        Assert.Equal(3 * 16, features.numel());
        Assert.All(features.contiguous().data<float>().ToArray().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, tolerance * expected.Max()));
    }

    private static void IsRefused(ModelProto model, params string[] parts)
    {
        var error = Assert.Throws<UnsupportedNetworkException>(() => Read(model).Build());
        foreach (string part in (string[])[Source, .. parts])
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    private static NodeProto Node(ModelProto model, string opType) => model.Graph.Node.First(node => node.OpType == opType);

    private static TensorProto Weight(ModelProto model, string opType, int input) =>
        model.Graph.Initializer.Single(w => w.Name == Node(model, opType).Input[input]);

    private static void SetInput(ModelProto model, DataType type) => model.Graph.Input.Single().Type.TensorType.ElemType = (int)type;

    private static void Halve(TensorProto weight, bool raw = true)
    {
        Half[] halves = [.. MemoryMarshal.Cast<byte, float>(weight.RawData.Span).ToArray().Select(v => (Half)v)];
        weight.RawData = raw ? ByteString.CopyFrom(MemoryMarshal.AsBytes<Half>(halves)) : ByteString.Empty;
        if (!raw)
            weight.Int32Data.Add(halves.Select(v => (int)BitConverter.HalfToUInt16Bits(v)));
        weight.DataType = (int)DataType.Float16;
    }

    [Theory]
    [InlineData(1, Side, Side)]
    [InlineData(-1, Side, Side)]
    [InlineData(-1, -1, -1)]
    public void Images_with_channels_last_are_taken_as_planes(int batch, int height, int width)
    {
        var model = Model((g, x) => Features(g, Stem(g, g.Op("Transpose", [x], ("perm", s_toFirst)))), [batch, height, width, 3]);
        var graph = Read(model).Graph;
        Assert.Equal((3L, height > 0 ? height : null, width > 0 ? width : null), graph.ImageShape);
        Assert.DoesNotContain(graph.Model.Graph.Node, node => node.OpType == "Transpose");
        IsThePlainNetwork(model);
        IsThePlainNetwork(model, side: 24);
    }

    [Fact]
    public void Channels_last_is_seen_where_no_size_is_known() =>
        IsThePlainNetwork(Model((g, x) => Features(g, Stem(g, g.Op("Transpose", [x], ("perm", s_toFirst)))), [-1, -1, -1, -1]));

    [Fact]
    public void A_mean_over_channels_last_is_the_mean_over_positions() => IsThePlainNetwork(Model(
        (g, x) => g.Op("ReduceMean", [g.Op("Transpose", [Stem(g, g.Op("Transpose", [x], ("perm", s_toFirst)))], ("perm", s_toLast))],
            ("axes", new[] { 1L, 2L }), ("keepdims", 0L)),
        [-1, Side, Side, 3]));

    [Fact]
    public void A_map_with_channels_last_is_taken_before_it_is_transposed()
    {
        var model = Model((g, x) => g.Op("Transpose", [Stem(g, g.Op("Transpose", [x], ("perm", s_toFirst)))], ("perm", s_toLast)), [-1, Side, Side, 3]);
        // The value itself, not the Identity that publishes it.
        using var graph = new OnnxBackboneReader(model.ToByteArray(), Node(model, "Identity").Input[0], Source).Build();
        Assert.Equal([2, 16, Side / 2, Side / 2], graph.Shapes(3, Side, Side)[^1]);
        using var published = Read(model).Build();
        Assert.Equal([2, 16, Side / 2, Side / 2], published.Shapes(3, Side, Side)[^1]);
    }

    [Fact]
    public void Arithmetic_before_the_transposition_is_kept()
    {
        var model = Model((g, x) => Features(g, Stem(g, g.Op("Transpose",
            [g.Op("Mul", [g.Op("Sub", [x, g.Constant([0.1f, 0.2f, 0.3f], 3)]), g.Constant([2f, 3f, 4f], 3)])], ("perm", s_toFirst)))), [-1, Side, Side, 3]);
        Assert.InRange(ImportVerification.Check(Read(model), 3, Side, Side), 0, ImportVerification.Tolerance);
        Assert.InRange(ImportVerification.Check(Read(model), 3, 20, 28), 0, ImportVerification.Tolerance);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bytes_behind_a_cast_are_taken_as_pixels(bool channelsLast)
    {
        var model = Model((g, x) =>
        {
            string value = g.Op("Cast", [x], ("to", (long)DataType.Float));
            return Features(g, Stem(g, channelsLast ? g.Op("Transpose", [value], ("perm", s_toFirst)) : value));
        }, channelsLast ? [1, Side, Side, 3] : [1, 3, Side, Side]);
        SetInput(model, DataType.Uint8);
        IsThePlainNetwork(model);
        Assert.True(Read(model).Graph.TakesBytes);
    }

    [Fact]
    public void Half_precision_becomes_single_precision()
    {
        var model = Model((g, x) => Features(g, Stem(g, x)), [-1, 3, Side, Side]);
        SetInput(model, DataType.Float16);
        bool raw = true;
        foreach (var weight in model.Graph.Initializer)
            Halve(weight, raw = !raw);
        var reader = Read(model);
        Assert.True(reader.Graph.WasHalfPrecision);
        using (var graph = reader.Build())
            Assert.All(graph.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        IsThePlainNetwork(model, tolerance: 1e-2);
    }

    [Fact]
    public void Half_precision_inside_between_casts_becomes_single_precision()
    {
        var model = Model((g, x) => Features(g, g.Op("Cast", [Stem(g, g.Op("Cast", [x], ("to", (long)DataType.Float16)))], ("to", (long)DataType.Float))));
        foreach (var weight in model.Graph.Initializer)
            Halve(weight);
        IsThePlainNetwork(model, tolerance: 1e-2);
    }

    [Fact]
    public void An_input_that_does_not_fit_is_named_by_its_type_and_rank()
    {
        string Build(OnnxGraph g, string x) => Features(g, Stem(g, g.Op("Unsqueeze", [x, g.Constant([0L], 1)])));
        IsRefused(Model(Build, [3, Side, Side]), "'image', float [3, 16, 16], 3 dimensions", "[N, C, H, W]");
        var bytes = Model((g, x) => Features(g, Stem(g, x)));
        SetInput(bytes, DataType.Uint8);
        IsRefused(bytes, "'image', uint8 [N, 3, 16, 16]", "operator Conv", "Cast");
        var integers = Model((g, x) => Features(g, Stem(g, x)));
        SetInput(integers, DataType.Int64);
        IsRefused(integers, "'image', int64 [N, 3, 16, 16]");
        var unknown = Model((g, x) => Features(g, Stem(g, x)));
        (unknown.Graph.Input[0].Type.TensorType.ElemType, unknown.Graph.Input[0].Type.TensorType.Shape) = (16, null);
        IsRefused(unknown, "'image', of the number type 16, of unknown rank");
        var two = Model((g, x) => Features(g, Stem(g, g.Op("Add", [x, g.Input("mask", 3, 4)]))));
        IsRefused(two, "2:", "'image', float [N, 3, 16, 16]", "'mask', float [3, 4]");
    }

    [Theory]
    [InlineData(-1, -1)]
    [InlineData(1, 1)]
    public void Allowzero_without_a_zero_says_nothing(int batch, int first) => IsThePlainNetwork(
        Model((g, x) => g.Op("Reshape", [Pooled(g, x), g.Constant([first, 16L], 2)], ("allowzero", 1L)), [batch, 3, Side, Side], opset: 18));

    [Fact]
    public void Allowzero_with_a_zero_is_refused_by_name() =>
        IsRefused(Model((g, x) => g.Op("Reshape", [Pooled(g, x), g.Constant([0L, 16L], 2)], ("allowzero", 1L)), opset: 18), "Reshape", "allowzero");

    [Fact]
    public void Every_attribute_of_a_constant_is_read()
    {
        AttributeProto Value(string name) => name switch
        {
            "value_float" => new() { Name = name, Type = AttributeType.Float, F = 1 },
            "value_floats" => new() { Name = name, Type = AttributeType.Floats, Floats = { 1 } },
            "value_int" => new() { Name = name, Type = AttributeType.Int, I = 0 },
            _ => new() { Name = name, Type = AttributeType.Ints, Ints = { -1, 16 } },
        };
        ModelProto WithConstant(string name, Func<OnnxGraph, string, string, string> build)
        {
            // The initializer of the builder's making gives way to a node of its name.
            var model = Model((g, x) => build(g, x, g.Constant([0f])));
            var replaced = model.Graph.Initializer[0];
            model.Graph.Initializer.RemoveAt(0);
            model.Graph.Node.Insert(0, new NodeProto { OpType = "Constant", Output = { replaced.Name }, Attribute = { Value(name) } });
            return model;
        }
        foreach (string name in new[] { "value_float", "value_floats" })
            IsThePlainNetwork(WithConstant(name, (g, x, k) => Features(g, g.Op("Mul", [Stem(g, x), k]))));
        IsThePlainNetwork(WithConstant("value_ints", (g, x, k) => g.Op("Reshape", [Pooled(g, x), k])));
        IsThePlainNetwork(WithConstant("value_int", (g, x, k) =>
            g.Op("Reshape", [Pooled(g, x), g.Op("Concat", [g.Op("Unsqueeze", [k, g.Constant([0L], 1)]), g.Constant([16L], 1)], ("axis", 0L))])));
        var text = Model((g, x) => Features(g, Stem(g, x)));
        text.Graph.Node.Insert(0, new NodeProto { OpType = "Constant", Output = { "k" },
            Attribute = { new AttributeProto { Name = "value_string", Type = AttributeType.String } } });
        IsRefused(text, "Constant", "value_string");
    }

    public static TheoryData<string> ConstantParts => [.. s_constantParts.Keys];

    // Each gives the stem's first weight, or the factor 1, as something that is computed from constants.
    private static readonly Dictionary<string, Func<OnnxGraph, string, string>> s_constantParts = new()
    {
        ["Unsqueeze"] = (g, x) => Features(g, g.Op("Mul", [Stem(g, x), g.Op("Unsqueeze", [g.Constant(Ones(16), 16)], ("axes", new[] { 1L, 2L }))])),
        ["Reshape"] = (g, x) => Features(g, g.Op("Mul", [Stem(g, x), g.Op("Reshape", [g.Constant(Ones(16), 4, 4), g.Constant([1L, 16L, 1L, 1L], 4)])])),
        ["Cast"] = (g, x) => Features(g, g.Op("Mul", [Stem(g, x), g.Op("Cast", [g.Constant([1L], 1)], ("to", (long)DataType.Float))])),
        ["Transpose of Transpose"] = (g, x) => Features(g, g.Op("Mul", [Stem(g, x),
            g.Op("Transpose", [g.Op("Transpose", [g.Constant(Ones(16), 1, 16, 1, 1)], ("perm", s_toLast))], ("perm", s_toFirst))])),
        ["Sqrt, Exp and Pow, which cannot be imported"] = (g, x) =>
            Features(g, g.Op("Mul", [Stem(g, x), g.Op("Pow", [g.Op("Sqrt", [g.Op("Exp", [g.Constant([0f])])]), g.Constant([3f])])])),
        ["ConstantOfShape"] = (g, x) => Features(g, g.Op("Add", [Stem(g, x), g.Op("ConstantOfShape", [g.Constant([1L, 16L, 1L, 1L], 4)])])),
        ["Shape of a constant"] = (g, x) => g.Op("Reshape",
            [Pooled(g, x), g.Op("Mul", [g.Op("Shape", [g.Constant(Ones(16), 1, 16)]), g.Constant([-1L, 1L], 2)])]),
        ["Identity"] = (g, x) => Features(g, g.Op("Mul", [Stem(g, x), g.Op("Identity", [g.Constant([1f])])])),
    };

    private static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];

    [Theory]
    [MemberData(nameof(ConstantParts))]
    public void What_reads_constants_only_is_computed_once(string name)
    {
        var model = Model(s_constantParts[name], opset: 9);
        // As files from before IR version 4 have it: the weights are inputs too.
        model.IrVersion = 3;
        model.Graph.Input.Add(model.Graph.Initializer.Select(weight => new ValueInfoProto
        {
            Name = weight.Name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor
                {
                    ElemType = weight.DataType,
                    Shape = new TensorShapeProto { Dim = { weight.Dims.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }) } },
                },
            },
        }));
        Assert.All(Read(model).Graph.Model.Graph.Node,
            node => Assert.Contains(node.OpType, new[] { "Conv", "Relu", "Mul", "Add", "GlobalAveragePool", "Flatten", "Reshape", "Identity" }));
        IsThePlainNetwork(model);
    }

    [Fact]
    public void Weights_in_half_precision_behind_a_cast_are_read()
    {
        var model = Model((g, x) => Features(g, Stem(g, x)));
        string weight = Node(model, "Conv").Input[1];
        Halve(Weight(model, "Conv", 1));
        model.Graph.Node.Insert(0, new NodeProto { OpType = "Cast", Input = { weight }, Output = { "wide" },
            Attribute = { new AttributeProto { Name = "to", Type = AttributeType.Int, I = 1 } } });
        Node(model, "Conv").Input[1] = "wide";
        IsThePlainNetwork(model, tolerance: 1e-2);
    }

    public static TheoryData<string> Flattenings => [.. s_flattenings.Keys];

    private static readonly Dictionary<string, (long Opset, Func<OnnxGraph, string, string> Build)> s_flattenings = new()
    {
        ["Gather of the batch"] = (9, (g, p) =>
            Reshape(g, p, g.Op("Unsqueeze", [Gather(g, g.Op("Shape", [p]), 0)], ("axes", new[] { 0L })), g.Constant([-1L], 1))),
        ["Gather with an index of one axis"] = (13, (g, p) => Reshape(g, p, g.Op("Gather", [g.Op("Shape", [p]), g.Constant([0L], 1)]), g.Constant([-1L], 1))),
        ["the batch of the image"] = (13, (g, p) => Reshape(g, p, g.Op("Gather", [g.Op("Shape", ["image"]), g.Constant([0L], 1)]), g.Constant([16L], 1))),
        ["batch and channels"] = (13, (g, p) => g.Op("Reshape", [p, g.Op("Gather", [g.Op("Shape", [p]), g.Constant([0L, 1L], 2)])])),
        ["Slice with attributes"] = (9, (g, p) =>
            Reshape(g, p, g.Op("Slice", [g.Op("Shape", [p])], ("starts", new[] { 0L }), ("ends", new[] { 1L })), g.Constant([-1L], 1))),
        ["Slice with inputs"] = (13, (g, p) => Reshape(g, p,
            g.Op("Slice", [g.Op("Shape", [p]), g.Constant([0L], 1), g.Constant([1L], 1), g.Constant([0L], 1)]), g.Constant([-1L], 1))),
        ["Slice of two"] = (13, (g, p) => g.Op("Reshape", [p, g.Op("Slice", [g.Op("Shape", [p]), g.Constant([0L], 1), g.Constant([2L], 1)])])),
        ["Shape with start and end"] = (15, (g, p) => Reshape(g, p, g.Op("Shape", [p], ("start", 0L), ("end", 1L)), g.Constant([-1L], 1))),
        ["a product of sizes"] = (9, (g, p) => Reshape(g, p, Unsqueezed(g, Gather(g, g.Op("Shape", [p]), 0)), Unsqueezed(g, g.Op("Mul", [g.Op("Mul",
            [Gather(g, g.Op("Shape", [p]), 1), Gather(g, g.Op("Shape", [p]), 2)]), Gather(g, g.Op("Shape", [p]), -1)])))),
        ["a Cast of the shape"] = (13, (g, p) =>
            Reshape(g, p, g.Op("Gather", [g.Op("Cast", [g.Op("Shape", [p])], ("to", (long)DataType.Int64)), g.Constant([0L], 1)]), g.Constant([-1L], 1))),
        ["Flatten"] = (13, (g, p) => g.Op("Flatten", [p])),
        ["Squeeze"] = (9, (g, p) => g.Op("Squeeze", [p], ("axes", new[] { 3L, 2L }))),
        ["Reshape"] = (9, (g, p) => g.Op("Reshape", [p, g.Constant([0L, -1L], 2)])),
    };

    private static string Reshape(OnnxGraph g, string value, params string[] sizes) => g.Op("Reshape", [value, g.Op("Concat", sizes, ("axis", 0L))]);

    private static string Gather(OnnxGraph g, string shape, long index) => g.Op("Gather", [shape, g.Constant([index])], ("axis", 0L));

    private static string Unsqueezed(OnnxGraph g, string size) => g.Op("Unsqueeze", [size], ("axes", new[] { 0L }));

    [Theory]
    [MemberData(nameof(Flattenings))]
    public void A_flattening_is_seen_however_it_is_written(string name)
    {
        var (opset, build) = s_flattenings[name];
        var model = Model((g, x) => build(g, Pooled(g, x)), opset: opset);
        Assert.DoesNotContain(Read(model).Graph.Model.Graph.Node, node => node.OpType is "Shape" or "Gather" or "Slice" or "Concat");
        IsThePlainNetwork(model);
        IsThePlainNetwork(model, side: 20);
    }

    [Fact]
    public void A_shape_that_depends_on_the_images_size_is_refused_by_name() => IsRefused(
        Model((g, x) => g.Op("Reshape", [Stem(g, x),
            g.Op("Concat", [g.Op("Gather", [g.Op("Shape", [x]), g.Constant([2L], 1)]), g.Constant([-1L], 1)], ("axis", 0L))])), "Shape");

    [Fact]
    public void A_dropout_that_drops_in_use_is_refused()
    {
        var model = Model((g, x) => Features(g,
            g.Op("Dropout", [Stem(g, x), g.Constant([0.5f]), g.Op("Not", [g.Op("Less", [g.Constant([0f]), g.Constant([0f])])])])));
        IsRefused(model, "Dropout", "training_mode");
        var inference = Model((g, x) => Features(g, g.Op("Dropout", [Stem(g, x), g.Constant([0.5f]), g.Op("Less", [g.Constant([0f]), g.Constant([0f])])])));
        IsThePlainNetwork(inference);
    }

    [Fact]
    public void Poolings_over_the_whole_map_are_global_and_others_are_not()
    {
        long[] kernel = [Side / 2, Side / 2];
        IsThePlainNetwork(Model((g, x) => g.Op("Flatten", [g.Op("AveragePool", [Stem(g, x)], ("kernel_shape", kernel))])), side: 24);
        var narrow = Model((g, x) => g.Op("Flatten", [g.Op("AveragePool", [Stem(g, x)], ("kernel_shape", new[] { 4L, 4L }), ("strides", new[] { 4L, 4L }))]));
        Assert.Equal("AveragePool", Read(narrow).Graph.Model.Graph.Node.Single(node => node.OpType.Contains("Pool", StringComparison.Ordinal)).OpType);
        var open = Model((g, x) => g.Op("Flatten", [g.Op("AveragePool", [Stem(g, x)], ("kernel_shape", kernel))]), [-1, 3, -1, -1]);
        Assert.Contains(Read(open).Graph.Model.Graph.Node, node => node.OpType == "AveragePool");
    }

    [Fact]
    public void A_size_that_the_network_does_not_take_names_the_next_that_it_does()
    {
        var model = Model((g, x) => Features(g, g.Op("Conv", [x, Constant(g, 1, 16, 3, 7, 7)])), [-1, 3, -1, -1]);
        var error = Assert.Throws<UnsupportedNetworkException>(() => ImportVerification.Check(Read(model), 3, 3, 5));
        foreach (string part in new[] { Source, "3x5", "7x7", "Side to 7" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }
}
