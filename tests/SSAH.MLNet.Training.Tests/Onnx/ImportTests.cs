using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Networks.Layers;
using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using static SSAH.MLNet.Training.Tests.Onnx.TestModels;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Onnx;

public sealed class ImportTests
{
    private const string Output = TestModels.Output;

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    private static readonly Dictionary<string, Func<OnnxGraph, string, string>> s_cases = new()
    {
        ["Conv"] = (g, x) => g.Op("Conv", [x, Constant(g, 1, 8, 4, 3, 3), Constant(g, 2, 8)], ("pads", new[] { 1L, 1L, 1L, 1L })),
        ["Conv without attributes"] = (g, x) => g.Op("Conv", [x, Constant(g, 1, 8, 4, 1, 1)]),
        ["Conv, unequal pads and strides"] = (g, x) =>
            g.Op("Conv", [x, Constant(g, 1, 6, 4, 3, 5)], ("pads", new[] { 0L, 1L, 1L, 3L }), ("strides", new[] { 2L, 1L })),
        ["Conv, depthwise"] = (g, x) => g.Op("Conv", [x, Constant(g, 1, 4, 1, 3, 3), Constant(g, 2, 4)], ("group", 4L),
            ("pads", new[] { 0L, 0L, 1L, 1L }), ("strides", new[] { 2L, 2L })),
        ["Conv, two groups, dilated"] = (g, x) => g.Op("Conv", [x, Constant(g, 1, 6, 2, 3, 3)], ("group", 2L), ("dilations", new[] { 2L, 2L })),
        ["Conv, SAME_UPPER"] = (g, x) => g.Op("Conv", [x, Constant(g, 1, 5, 4, 4, 4)], ("auto_pad", "SAME_UPPER"), ("strides", new[] { 2L, 2L })),
        ["Conv, SAME_LOWER"] = (g, x) => g.Op("Conv", [x, Constant(g, 1, 5, 4, 4, 2)], ("auto_pad", "SAME_LOWER"), ("strides", new[] { 3L, 1L })),
        ["Conv, VALID"] = (g, x) => g.Op("Conv", [x, Constant(g, 1, 5, 4, 3, 3)], ("auto_pad", "VALID")),
        ["BatchNormalization"] = (g, x) => g.Op("BatchNormalization",
            [x, Constant(g, 1, 4), Constant(g, 2, 4), Constant(g, 3, 4), g.Constant([0.5f, 1, 2, 0.1f], 4)], ("epsilon", 0.01f)),
        ["Relu"] = (g, x) => g.Op("Relu", [x]),
        ["LeakyRelu"] = (g, x) => g.Op("LeakyRelu", [x], ("alpha", 0.2f)),
        ["LeakyRelu without attributes"] = (g, x) => g.Op("LeakyRelu", [x]),
        ["Sigmoid"] = (g, x) => g.Op("Sigmoid", [x]),
        ["Tanh"] = (g, x) => g.Op("Tanh", [x]),
        ["HardSigmoid"] = (g, x) => g.Op("HardSigmoid", [x], ("alpha", 0.3f), ("beta", 0.4f)),
        ["HardSigmoid without attributes"] = (g, x) => g.Op("HardSigmoid", [x]),
        ["HardSwish"] = (g, x) => g.Op("HardSwish", [x]),
        ["Clip 0 to 6"] = (g, x) => g.Op("Clip", [x, g.Constant([0f]), g.Constant([6f])]),
        ["Clip below"] = (g, x) => g.Op("Clip", [x, g.Constant([-0.5f])]),
        ["Clip above"] = (g, x) => g.Op("Clip", [x, "", g.Constant([0.5f])]),
        ["Clip without bounds"] = (g, x) => g.Op("Clip", [g.Op("Relu", [x])]),
        ["Add of two branches"] = (g, x) => g.Op("Add", [g.Op("Relu", [x]), g.Op("Sigmoid", [x])]),
        ["Add of a value to itself"] = (g, x) => g.Op("Add", [x, x]),
        ["Add of a constant"] = (g, x) => g.Op("Add", [Constant(g, 1, 1, 4, 1, 1), x]),
        ["Mul of a channel gate"] = (g, x) => g.Op("Mul", [x, g.Op("Sigmoid", [g.Op("GlobalAveragePool", [x])])]),
        ["Mul of a number"] = (g, x) => g.Op("Mul", [x, g.Constant([0.25f])]),
        ["Sub and Div"] = (g, x) => g.Op("Div", [g.Op("Sub", [Constant(g, 1, 1, 4, 1, 1), x]), g.Constant([1f, 2f, -3f, 4f], 1, 4, 1, 1)]),
        ["Concat"] = (g, x) => g.Op("Concat", [x, g.Op("Relu", [x]), x], ("axis", 1L)),
        ["MaxPool"] = (g, x) => g.Op("MaxPool", [x], ("kernel_shape", new[] { 3L, 2L }), ("strides", new[] { 2L, 2L })),
        ["MaxPool, ceil"] = (g, x) => g.Op("MaxPool", [x], ("kernel_shape", new[] { 2L, 2L }), ("strides", new[] { 2L, 2L }), ("ceil_mode", 1L)),
        ["MaxPool, unequal pads"] = (g, x) => g.Op("MaxPool", [x], ("kernel_shape", new[] { 3L, 3L }), ("strides", new[] { 2L, 2L }),
            ("pads", new[] { 0L, 0L, 1L, 1L })),
        ["AveragePool"] = (g, x) => g.Op("AveragePool", [x], ("kernel_shape", new[] { 3L, 3L }), ("pads", new[] { 1L, 1L, 1L, 1L })),
        ["AveragePool with its padding"] = (g, x) => g.Op("AveragePool", [x],
            ("kernel_shape", new[] { 3L, 3L }), ("pads", new[] { 0L, 1L, 1L, 1L }), ("count_include_pad", 1L), ("strides", new[] { 2L, 2L })),
        ["GlobalAveragePool, Flatten"] = (g, x) => g.Op("Flatten", [g.Op("GlobalAveragePool", [x])], ("axis", 1L)),
        ["GlobalMaxPool"] = (g, x) => g.Op("GlobalMaxPool", [x]),
        ["ReduceMean"] = (g, x) => g.Op("ReduceMean", [x], ("axes", new[] { 2L, 3L }), ("keepdims", 0L)),
        ["ReduceMean of the last axis"] = (g, x) => g.Op("ReduceMean", [x], ("axes", new[] { -1L })),
        ["Reshape of the rest"] = (g, x) => g.Op("Reshape", [x, g.Constant([0L, -1L], 2)]),
        ["Reshape of the batch"] = (g, x) => g.Op("Reshape", [x, g.Constant([-1L, 484L], 2)]),
        ["Squeeze"] = (g, x) => g.Op("Squeeze", [g.Op("GlobalAveragePool", [x]), g.Constant([2L, 3L], 2)]),
        ["Gemm"] = (g, x) => g.Op("Gemm", [g.Op("Flatten", [g.Op("GlobalAveragePool", [x])]), Constant(g, 1, 4, 7), Constant(g, 2, 7)], ("alpha", 0.5f),
            ("beta", 2f)),
        ["Gemm, transposed"] = (g, x) => g.Op("Gemm", [g.Op("Flatten", [g.Op("GlobalAveragePool", [x])]), Constant(g, 1, 7, 4)], ("transB", 1L)),
        ["MatMul and Add"] = (g, x) => g.Op("Add",
            [g.Op("MatMul", [g.Op("Flatten", [g.Op("GlobalAveragePool", [x])]), Constant(g, 1, 4, 7)]), Constant(g, 2, 7)]),
        ["MatMul of the last axis"] = (g, x) => g.Op("MatMul", [x, Constant(g, 1, 11, 7)]),
        ["Pad"] = (g, x) => g.Op("Pad", [x, g.Constant([0L, 0L, 1L, 2L, 0L, 0L, 3L, 0L], 8), g.Constant([0.5f])]),
        ["Pad, reflect"] = (g, x) => g.Op("Pad", [x, g.Constant([0L, 0L, 1L, 2L, 0L, 0L, 3L, 1L], 8)], ("mode", "reflect")),
        ["Pad, edge"] = (g, x) => g.Op("Pad", [x, g.Constant([0L, 0L, 1L, 2L, 0L, 0L, 3L, 1L], 8)], ("mode", "edge")),
        ["Squeeze, counted from the end"] = (g, x) => g.Op("Squeeze", [g.Op("GlobalAveragePool", [x]), g.Constant([-1L, -2L], 2)]),
        ["Squeeze, one after the other"] = (g, x) =>
            g.Op("Squeeze", [g.Op("Squeeze", [g.Op("GlobalAveragePool", [x]), g.Constant([3L], 1)]), g.Constant([2L], 1)]),
        ["Squeeze of all"] = (g, x) => g.Op("Squeeze", [g.Op("GlobalAveragePool", [x])]),
        ["Unsqueeze"] = (g, x) => g.Op("Mul", [x,
            g.Op("Unsqueeze", [g.Op("ReduceMean", [x], ("axes", new[] { 2L, 3L }), ("keepdims", 0L)), g.Constant([-1L, 2L], 2)])]),
        ["Flatten, counted from the end"] = (g, x) => g.Op("Flatten", [g.Op("GlobalAveragePool", [x])], ("axis", -3L)),
        ["Transpose to channels last and ReduceMean"] = (g, x) =>
            g.Op("ReduceMean", [g.Op("Transpose", [x], ("perm", new[] { 0L, 2L, 3L, 1L }))], ("axes", new[] { 1L, 2L }), ("keepdims", 0L)),
        ["Sum of one"] = (g, x) => g.Op("Sum", [g.Op("Relu", [x])]),
        ["Sum of two"] = (g, x) => g.Op("Sum", [x, g.Op("Relu", [x])]),
        ["Sum of three, one of them a gate, with a constant"] = (g, x) => g.Op("Sum", [x, g.Op("GlobalAveragePool", [x]), Constant(g, 1, 1, 4, 1, 1)]),
        ["LRN"] = (g, x) => g.Op("LRN", [x], ("size", 3L), ("alpha", 0.2f), ("beta", 0.5f), ("bias", 2f)),
        ["LRN without attributes"] = (g, x) => g.Op("LRN", [x], ("size", 5L)),
        ["Cast to float"] = (g, x) => g.Op("Relu", [g.Op("Cast", [x], ("to", 1L))]),
        ["Dropout with a ratio"] = (g, x) => g.Op("Relu", [g.Op("Dropout", [x, g.Constant([0.5f])])]),
        ["Identity and Dropout"] = (g, x) => g.Op("Relu", [g.Op("Dropout", [g.Op("Identity", [x])])]),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_operator_agrees_with_ONNX_Runtime_both_ways(string name) => AgreesBothWays(Model(s_cases[name]));

    [Fact]
    public void Every_known_operator_has_a_case()
    {
        var covered = s_cases.Values.SelectMany(build => ModelProto.Parser.ParseFrom(Model(build)).Graph.Node).Select(n => n.OpType).ToHashSet();
        Assert.Equal(["Constant"], OperatorTable.Names.Except(covered));
    }

    [Fact]
    public void Constant_nodes_and_half_precision_weights_are_read()
    {
        var model = ModelProto.Parser.ParseFrom(Model((g, x) => g.Op("Conv", [x, Constant(g, 1, 8, 4, 1, 1)])));
        var weight = model.Graph.Initializer.Single();
        float[] values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(weight.RawData.Span).ToArray();
        weight.DataType = (int)TensorProto.Types.DataType.Float16;
        weight.RawData = Google.Protobuf.ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes<Half>(values.Select(v => (Half)v).ToArray()));
        model.Graph.Initializer.Clear();
        var constant = new NodeProto { OpType = "Constant", Name = "weight" };
        constant.Output.Add(weight.Name);
        constant.Attribute.Add(new AttributeProto { Name = "value", T = weight, Type = AttributeProto.Types.AttributeType.Tensor });
        model.Graph.Node.Insert(0, constant);
        using var graph = new OnnxBackboneReader(Google.Protobuf.MessageExtensions.ToByteArray(model), Output, "test.onnx").Build();
        Assert.Equal(values.Select(v => (float)(Half)v), graph.parameters().Single().data<float>().ToArray());
    }

    [Fact]
    public void A_ResNet_18_survives_the_way_out_and_in()
    {
        using var generator = new Generator(3, CPU);
        var resnet = BackboneNetwork.ResNet18(3, 16).Body;
        Initialization.Apply(resnet, generator);
        for (int i = 0; i < 4; i++)
        {
            using var scope = NewDisposeScope();
            resnet.forward(randn(8, 3, 64, 64, generator: generator));
        }
        resnet.eval();
        byte[] model = Model((graph, image) => resnet.Export(graph, image), channels: 3, side: 64);
        var reader = new OnnxBackboneReader(model, Output, "resnet18.onnx");
        Assert.InRange(ImportVerification.Check(reader, 3, 64, 64), 0, 1e-4);
        AgreesBothWays(model, 3, 64);
        using var imported = reader.Build();
        Assert.Equal(resnet.parameters().Sum(p => p.numel()), imported.parameters().Sum(p => p.numel()));
    }

    [Fact]
    public void A_model_that_was_exported_for_one_image_is_read_for_many()
    {
        byte[] model = Model((g, x) => g.Op("Gemm", [g.Op("Reshape", [g.Op("GlobalAveragePool", [x]), g.Constant([1L, 4L], 2)]), Constant(g, 1, 4, 7)]));
        var reader = new OnnxBackboneReader(model, Output, "one.onnx");
        Assert.InRange(ImportVerification.Check(reader, 4, 11, 11), 0, 1e-4);
        using var graph = reader.Build();
        using var images = ones(3, 4, 11, 11);
        using var features = graph.forward(images);
        Assert.Equal([3, 7], features.shape);
    }

    [Fact]
    public void A_value_inside_the_graph_can_be_read()
    {
        string inner = "";
        byte[] model = Model((g, x) => g.Op("Sigmoid", [inner = g.Op("Relu", [x])]));
        using var graph = new OnnxBackboneReader(model, inner, "test.onnx").Build();
        using var input = tensor(Noise([1, 4, 11, 11]), [1, 4, 11, 11]);
        Assert.True(graph.forward(input).equal(input.relu()).all().ToBoolean());
    }

    [Theory]
    [InlineData("Softmax")]
    [InlineData("com.example::Relu")]
    public void An_unknown_operator_is_named_with_its_node(string opType)
    {
        var model = ModelProto.Parser.ParseFrom(Model((g, x) => g.Op("Relu", [g.Op("Relu", [x])])));
        var node = model.Graph.Node[1];
        (node.Name, node.OpType) = ("strange_7", opType.Split("::")[^1]);
        node.Domain = opType.Contains("::", StringComparison.Ordinal) ? "com.example" : "";
        var error = Assert.Throws<UnsupportedNetworkException>(() =>
            new OnnxBackboneReader(Google.Protobuf.MessageExtensions.ToByteArray(model), Output, "net.onnx").Build());
        Assert.Contains("net.onnx", error.Message, StringComparison.Ordinal);
        Assert.Contains(opType, error.Message, StringComparison.Ordinal);
        Assert.Contains("strange_7", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_output_name_lists_the_outputs_and_the_last_values_inside()
    {
        string inner = "";
        byte[] model = Model((g, x) => g.Op("Sigmoid", [inner = g.Op("Relu", [x])]));
        var error = Assert.Throws<DamagedFileException>(() => new OnnxBackboneReader(model, "pool5", "net.onnx"));
        foreach (string part in new[] { "pool5", Output, $"inside: {inner}" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_end_in_an_error_that_says_so_and_never_in_a_crash()
    {
        byte[] model = Model((g, x) => g.Op("Flatten", [g.Op("Concat",
            [g.Op("Conv", [x, Constant(g, 1, 8, 4, 3, 3)]),
                g.Op("Pad", [g.Op("MaxPool", [x], ("kernel_shape", new[] { 3L, 3L })), g.Constant([0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L], 8)])], ("axis", 1L))]));
        var random = new Random(5);
        int errors = 0;
        for (int i = 0; i < 600; i++)
        {
            byte[] damaged = i % 3 == 0 ? model[..random.Next(model.Length)] : [.. model];
            for (int flip = 0; i % 3 != 0 && flip < 1 + i % 4; flip++)
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                using var graph = new OnnxBackboneReader(damaged, Output, "damaged.onnx").Build();
            }
            catch (Exception e) when (e is DamagedFileException)
            {
                Assert.Contains("damaged.onnx", e.Message, StringComparison.Ordinal);
                errors++;
            }
        }
        Assert.True(errors > 200, $"Only {errors} of 600 damaged files were noticed.");
    }
}
