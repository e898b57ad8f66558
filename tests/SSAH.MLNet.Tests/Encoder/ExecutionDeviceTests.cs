using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;

namespace SSAH.MLNet.Tests.Encoder;

public sealed class ExecutionDeviceTests
{
    private static bool HasCuda => OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider");

    [Fact]
    public void An_explicit_option_comes_before_the_context()
    {
        var context = new MLContext { GpuDeviceId = 3, FallbackToCpu = true };
        ExecutionDevice fromContext = Choose(new HashEncodingOptions(), context);
        Assert.Equal((3, true), (fromContext.GpuDeviceId, fromContext.FallbackToCpu));
        ExecutionDevice explicitly = Choose(new HashEncodingOptions { GpuDeviceId = 1, FallbackToCpu = false }, context);
        Assert.Equal((1, false), (explicitly.GpuDeviceId, explicitly.FallbackToCpu));
        Assert.Null(Choose(new HashEncodingOptions(), new MLContext()).GpuDeviceId);
        Assert.Null(ExecutionDevice.Choose(new HashEncodingOptions(), environment: null).GpuDeviceId);
    }

    [Fact]
    public void Without_a_CUDA_build_the_error_names_the_package()
    {
        Assert.SkipWhen(HasCuda, "This machine has ONNX Runtime's CUDA build.");
        var options = new HashEncodingOptions { GpuDeviceId = 0, FallbackToCpu = false };
        string message = Assert.Throws<InvalidOperationException>(() => new HashEncoder(TestHashModels.Create(8), options: options)).Message;
        Assert.Contains("Microsoft.ML.OnnxRuntime.Gpu", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Falling_back_to_the_CPU_is_logged()
    {
        Assert.SkipWhen(HasCuda, "This machine has ONNX Runtime's CUDA build.");
        var context = new MLContext { GpuDeviceId = 0, FallbackToCpu = true };
        var messages = new List<string>();
        context.Log += (_, entry) => messages.Add(entry.Message);
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, TestHashModels.Create(8));
            context.Transforms.ApplyHashEncoder(path);
            Assert.Contains(messages, message => message.Contains("Running on the CPU instead", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void CUDA_gives_the_same_codes_where_activations_are_clear()
    {
        Assert.SkipUnless(OpensCuda(out string reason), $"No session on CUDA can be opened here: {reason}");
        float[] pixels = TestHashModels.Flatten(TestHashModels.Images(64));
        using var onCpu = new HashEncoder(TestHashModels.Create(48));
        using HashEncoder onGpu = onCpu.WithOptions(new HashEncodingOptions { GpuDeviceId = 0, FallbackToCpu = false });
        float[] expected = onCpu.EncodeActivations(pixels), actual = onGpu.EncodeActivations(pixels);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.InRange(Math.Abs(expected[i] - actual[i]), 0, 1e-2f);
            Assert.True(Math.Abs(expected[i]) <= 1e-2f || expected[i] >= 0 == actual[i] >= 0);
        }
    }

    [Fact]
    public void The_CUDA_provider_computes_in_float32_and_does_not_search_for_algorithms()
    {
        var options = ExecutionDevice.CudaOptions(device: 12);
        Assert.Equal(("12", "0", "HEURISTIC"), (options["device_id"], options["use_tf32"], options["cudnn_conv_algo_search"]));
    }

    // A CUDA build of ONNX Runtime says nothing about a GPU, its driver and its libraries.
    private static bool OpensCuda(out string reason)
    {
        try
        {
            new ExecutionDevice(GpuDeviceId: 0, FallbackToCpu: false, _ => { }).Open(TestHashModels.Create(8)).Dispose();
            reason = "";
            return true;
        }
        catch (InvalidOperationException error)
        {
            reason = error.Message;
            return false;
        }
    }

    private static ExecutionDevice Choose(HashEncodingOptions options, MLContext context) =>
        ExecutionDevice.Choose(options, MLNetInternals.GetEnvironment(context.Transforms));
}
