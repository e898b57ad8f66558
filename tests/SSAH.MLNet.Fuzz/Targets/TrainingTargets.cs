using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SSAH.MLNet.Features;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;
using SSAH.MLNet.Training.Checkpoints;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Onnx;
using static TorchSharp.torch;

namespace SSAH.MLNet.Fuzz.Targets;

/// <summary>A pretrained network's ONNX file, as features and as something to train. It is of others and has no checksum.</summary>
internal sealed class BackboneTarget() : FileTarget("backbone", ".onnx")
{
    private const int Side = 12;

    public override bool IsChecked => false;

    public override string Read(byte[] bytes)
    {
        using (var trainable = new OnnxBackboneReader(bytes, "features", "network.onnx").Build())
            trainable.eval();
        using BackboneFeatures network = BackboneFeatures.Open(new PretrainedNetwork(Written(bytes)), Side, Side);
        float[] features = new float[network.Length];
        network.Compute(new byte[network.InputShape.Size], 1, features);
        return string.Join(',', features);
    }

    protected override byte[][] MakeSamples()
    {
        var random = new Random(1);
        float[] Noise(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        var graph = new OnnxGraph("network");
        string value = graph.Input("image", -1, 3, Side, Side);
        value = graph.Op("Conv", [value, graph.Constant(Noise(4 * 3 * 9), 4, 3, 3, 3), graph.Constant(Noise(4), 4)], ("pads", new long[] { 1, 1, 1, 1 }));
        value = graph.Op("BatchNormalization", [value, graph.Constant(Noise(4), 4), graph.Constant(Noise(4), 4), graph.Constant(Noise(4), 4),
            graph.Constant([1f, 2, 1, 0.5f], 4)]);
        string relu = graph.Op("Relu", [value]);
        string shape = graph.Op("Concat", [graph.Constant([0L], 1), graph.Constant([-1L], 1)], ("axis", 0L));
        value = graph.Op("Add", [graph.Op("Clip", [relu, graph.Constant([0f]), graph.Constant([6f])]), relu]);
        value = graph.Op("MaxPool", [value], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
        value = graph.Op("Reshape", [graph.Op("GlobalAveragePool", [value]), shape]);
        value = graph.Op("Gemm", [value, graph.Constant(Noise(20), 5, 4), graph.Constant(Noise(5), 5)], ("transB", 1L));
        graph.Output("features", value, TensorProto.Types.DataType.Float, -1, 5);
        return [graph.ToBytes()];
    }
}

/// <summary>Tensors in a file, without the manifest that has its checksum.</summary>
internal sealed class SafeTensorsTarget() : FileTarget("safetensors", ".safetensors")
{
    public override bool IsChecked => false;

    public override string Read(byte[] bytes) => string.Join(' ', SafeTensors.Read(bytes, "file").Select(tensor =>
        $"{tensor.Key} {tensor.Value.Type} {string.Join('x', tensor.Value.Shape)} {Convert.ToHexString(tensor.Value.Values.Span)}"));

    protected override byte[][] MakeSamples() => [Sample()];

    public static byte[] Sample()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        SafeTensors.Write(stream,
        [
            new("weight", arange(6, dtype: ScalarType.Float32).view(2, 3)), new("half", ones(2, dtype: ScalarType.BFloat16)), new("mean", tensor(0.5)),
            new("none", zeros(0, 4)), new("state", tensor(new byte[] { 1, 2, 255 })),
        ]);
        return stream.ToArray();
    }
}

/// <summary>One file of a checkpoint, the others being good.</summary>
internal sealed class CheckpointTarget : FileTarget
{
    private readonly string _file;
    private readonly string _folder;

    public CheckpointTarget(string name, string file)
        : base(name, "")
    {
        _file = file;
        using var scope = NewDisposeScope();
        var identity = new TrainingIdentity(1, "Float32", "10 images", new Dictionary<string, string> { ["Bits"] = "16", ["Losses.Pairwise"] = "0.1" });
        var state = new TrainingState(12, 0.5, TimeSpan.FromSeconds(3), 1, 24, 48, 96, 12, 4, new PacingState(0.5, 0.25, 1, 0.75, null));
        var run = new RunState(null, 0, null, new HistoryState([], null, 1, 0));
        var tensors = new Dictionary<string, IReadOnlyList<NamedTensor>> { ["h-net"] = [new("weight", arange(6, dtype: ScalarType.Float32).view(2, 3))] };
        _folder = CheckpointFolder.Write(PathOf("checkpoints"), new Checkpoint(identity, state, run, tensors));
    }

    /// <summary>The folder of the checkpoint.</summary>
    public string Folder => _folder;

    public override string Read(byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(_folder, _file), bytes);
        StoredCheckpoint read = CheckpointFolder.Read(_folder);
        CheckpointManifest manifest = read.Manifest;
        string tensors = string.Join(' ', read.Tensors.SelectMany(file => file.Value.Select(tensor =>
            $"{file.Key} {tensor.Key} {Convert.ToHexString(tensor.Value.Values.Span)}")));
        string identity = $"{manifest.Identity.Precision} {manifest.Identity.Data} {string.Join(' ', manifest.Identity.Options)}";
        return string.Create(CultureInfo.InvariantCulture, $"{manifest.Identity.Seed} {identity} {manifest.Training} "
            + $"{manifest.Run.ValidationsWithoutGain} {manifest.Run.History.Count} {tensors}");
    }

    public override byte[] Sign(byte[] bytes)
    {
        int end = bytes.AsSpan().LastIndexOf(",\n  \"sha256\": \""u8);
        return end < 0 ? bytes
            : [.. bytes[..end], .. Encoding.ASCII.GetBytes($",\n  \"sha256\": \"{Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, end)))}\"\n}}")];
    }

    protected override byte[][] MakeSamples() => [File.ReadAllBytes(Path.Combine(_folder, _file))];
}

/// <summary>A segment of kept features. What is damaged is left out and computed again.</summary>
internal sealed class FeatureCacheTarget() : FileTarget("features", ".features")
{
    private const int Length = 5;

    public override string Read(byte[] bytes)
    {
        string folder = Path.GetDirectoryName(Written(bytes))!;
        File.Move(PathOf(), PathOf("net-1"), overwrite: true);
        using FeatureCache cache = FeatureCache.Open(folder, "net", Length);
        float[] features = new float[Length];
        return cache.TryGet(Key(1), features) && cache.TryGet(Key(2), features)
            ? Convert.ToHexString(MemoryMarshal.AsBytes(features.AsSpan())) : throw new DamagedFileException("left out");
    }

    protected override byte[][] MakeSamples()
    {
        string folder = Path.Combine(Path.GetDirectoryName(PathOf())!, "sample");
        using (FeatureCache cache = FeatureCache.Open(folder, "net", Length))
        {
            cache.Add(Key(1), [1, 2, 3, 4, 5]);
            cache.Add(Key(2), [.5f, -1, 0, 7, 9]);
        }
        return [File.ReadAllBytes(Directory.GetFiles(folder).Single())];
    }

    private static UInt128 Key(byte image) => FeatureCache.KeyOf([image]);
}
