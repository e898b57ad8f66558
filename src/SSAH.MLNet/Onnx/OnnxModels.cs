using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Onnx;

/// <summary>Reading and running ONNX models on the wire.</summary>
internal static class OnnxModels
{
    private static readonly ExecutionDevice s_cpu = new(GpuDeviceId: null, FallbackToCpu: true, Warn: _ => { });

    /// <summary>Whether a domain is that of the standard operators.</summary>
    public static bool IsStandard(string domain) => domain is "" or "ai.onnx";

    /// <summary>Parses a model and looks through it.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="source">What the file is called in errors.</param>
    /// <param name="limits">What it may be; null trusts it.</param>
    /// <exception cref="DamagedFileException">The bytes are no ONNX model, or have what is not read.</exception>
    public static ModelProto Parse(byte[] bytes, string source, ReadingLimits? limits = null)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new DamagedFileException($"{source} is no ONNX model: {e.Message}", e);
        }
        if (model.Graph is not { Node.Count: > 0 })
            throw new DamagedFileException($"{source} is no ONNX model: it has no graph.");
        OnnxInspection.CheckContent(model, source, limits ?? ReadingLimits.Trusted);
        return model;
    }

    /// <summary>Opens a session on the CPU, for a few calls while a network is prepared.</summary>
    /// <inheritdoc cref="ExecutionDevice.Open" path="/exception"/>
    public static InferenceSession Open(byte[] model) => s_cpu.Open(model);

    /// <summary>Runs one black image through a network on the CPU and gives the shapes of some of its values.</summary>
    /// <param name="model">The network.</param>
    /// <param name="input">Name of its image input.</param>
    /// <param name="image">Shape of the image, [1, C, H, W].</param>
    /// <param name="values">Names of values that nodes compute.</param>
    /// <exception cref="OnnxRuntimeException">The network does not run on such an image.</exception>
    /// <inheritdoc cref="ExecutionDevice.Open" path="/exception"/>
    public static long[][] Shapes(ModelProto model, string input, long[] image, string[] values)
    {
        using InferenceSession session = s_cpu.Open(Publishing(model, values).ToByteArray());
        using var run = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using OrtValue pixels = OrtValue.CreateTensorValueFromMemory(new float[image.Aggregate(1L, (a, b) => checked(a * b))], image);
        using var outputs = session.Run(run, [input], [pixels], values);
        return [.. outputs.Select(output => output.GetTensorTypeAndShape().Shape)];
    }

    /// <summary>Computes values of a model that has no input.</summary>
    /// <param name="model">The model.</param>
    /// <param name="values">Names of values that nodes compute.</param>
    /// <returns>The values, as tensors of their names.</returns>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime cannot compute them.</exception>
    /// <inheritdoc cref="ExecutionDevice.Open" path="/exception"/>
    public static TensorProto[] Run(ModelProto model, string[] values)
    {
        using InferenceSession session = s_cpu.Open(Publishing(model, values).ToByteArray());
        using var run = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var outputs = session.Run(run, [], [], values);
        return [.. outputs.Select((output, i) =>
        {
            OrtTensorTypeAndShapeInfo info = output.GetTensorTypeAndShape();
            // Both enumerations have the numbers of the ONNX format.
            var tensor = new TensorProto { Name = values[i], DataType = (int)info.ElementDataType };
            tensor.RawData = ByteString.CopyFrom(output.GetTensorMutableRawData());
            tensor.Dims.Add(info.Shape);
            return tensor;
        })];
    }

    /// <summary>A tensor of 64-bit integers.</summary>
    public static TensorProto Integers(string name, ReadOnlySpan<long> values)
    {
        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Int64,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
        };
        tensor.Dims.Add(values.Length);
        return tensor;
    }

    // A copy of the model that publishes the given values, whatever their types, in place of its own outputs.
    private static ModelProto Publishing(ModelProto model, IEnumerable<string> values)
    {
        ModelProto copy = model.Clone();
        copy.Graph.Output.Clear();
        copy.Graph.ValueInfo.Clear();
        copy.Graph.Output.Add(values.Select(value => new ValueInfoProto { Name = value }));
        return copy;
    }
}
