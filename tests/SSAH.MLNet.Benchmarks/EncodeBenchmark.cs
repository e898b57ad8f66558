using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Onnx;
using TorchSharp;

namespace SSAH.MLNet.Benchmarks;

/// <summary><c>bench encode</c>: rows through a pipeline by HashEncoder, by ML.NET's own OnnxTransformer, and by a bare ONNX Runtime session.</summary>
internal static class EncodeBenchmark
{
    private const int Rows = 2_000, Bits = 48, Batch = 32, Repeats = 5;

    private sealed class Image
    {
        [VectorType(3, NoiseImages.Side, NoiseImages.Side)]
        public float[] Pixels { get; set; } = [];
    }

    public static int Run(string[] args)
    {
        if (args.Length > 0)
        {
            Console.Error.WriteLine("usage: bench encode   (no options)");
            return 2;
        }
        BenchmarkRow.PrintMachine();
        string file = Path.Combine(Path.GetTempPath(), $"ssah-bench-{Guid.NewGuid():N}.onnx");
        try
        {
            File.WriteAllBytes(file, DefaultModel());
            Measure(file);
        }
        finally
        {
            File.Delete(file);
        }
        return 0;
    }

    private static void Measure(string file)
    {
        var mlContext = new MLContext(1);
        var random = new Random(2);
        float[][] images = [.. Enumerable.Range(0, Rows)
            .Select(_ => Enumerable.Range(0, NoiseImages.Shape.Size).Select(_ => (float)random.Next(256)).ToArray())];
        var view = mlContext.Data.Cache(mlContext.Data.LoadFromEnumerable(images.Select(p => new Image { Pixels = p })));
        using var encoder = mlContext.Transforms.ApplyHashEncoder(file).Fit(view);
        using var single = mlContext.Transforms.ApplyHashEncoder(file, options: new HashEncodingOptions { BatchSize = 1 }).Fit(view);
        var stock = mlContext.Transforms.ApplyOnnxModel(["HashCode"], ["Pixels"], file).Fit(view);
        using var session = new InferenceSession(file);
        byte[][] codes = new byte[3][];
        double[] seconds = Stopwatches.Medians(Repeats,
            () => codes[0] = ReadAll(encoder.Transform(view)),
            () => codes[1] = ReadAll(stock.Transform(view)),
            () => codes[2] = RunBare(session, images),
            () => ReadAll(single.Transform(view)));
        BenchmarkRow.Note($"{Rows} images of {NoiseImages.Shape}, default network, {Bits} bits");
        BenchmarkRow.Note($"rows a second: HashEncoder {Rows / seconds[0]:0}, OnnxTransformer {Rows / seconds[1]:0}, bare session {Rows / seconds[2]:0}");
        BenchmarkRow.Note($"HashEncoder row by row {Rows / seconds[3]:0}");
        BenchmarkRow.Print("encode", seconds[0], "onnx-transformer", seconds[1], 1.4, Rows);
        BenchmarkRow.Print("encode", seconds[0], "bare-session", seconds[2], 0.9, Rows);
        if (!codes[0].AsSpan().SequenceEqual(codes[1]) || !codes[0].AsSpan().SequenceEqual(codes[2]))
            BenchmarkRow.Note($"the codes differ");
    }

    // What a service would do by hand: batches of the encoder's size, ONNX Runtime's own threads.
    private static byte[] RunBare(InferenceSession session, float[][] images)
    {
        var result = new List<byte>();
        float[] values = new float[Batch * NoiseImages.Shape.Size];
        using var run = new RunOptions();
        for (int start = 0; start < images.Length; start += Batch)
        {
            int count = Math.Min(Batch, images.Length - start);
            for (int i = 0; i < count; i++)
                images[start + i].CopyTo(values, i * NoiseImages.Shape.Size);
            using var input = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, values.AsMemory(0, count * NoiseImages.Shape.Size), [count, 3, NoiseImages.Side, NoiseImages.Side]);
            using var outputs = session.Run(run, ["Pixels"], [input], ["HashCode"]);
            result.AddRange(outputs[0].GetTensorDataAsSpan<byte>());
        }
        return [.. result];
    }

    private static byte[] ReadAll(IDataView data)
    {
        var result = new List<byte>();
        var column = data.Schema["HashCode"];
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<byte>>(column);
        VBuffer<byte> code = default;
        while (cursor.MoveNext())
        {
            getter(ref code);
            result.AddRange(code.DenseValues());
        }
        return [.. result];
    }

    private static byte[] DefaultModel()
    {
        using var generator = new torch.Generator(1, torch.CPU);
        using var network = new HashNetwork(BackboneNetwork.SmallResNet(3, 32), Bits, classHeadSize: 0);
        Initialization.Apply(network, generator);
        network.eval();
        return HashModelExporter.Export(network, NoiseImages.Shape, new ImageNormalization([127, 127, 127], [64, 64, 64]), []);
    }
}
