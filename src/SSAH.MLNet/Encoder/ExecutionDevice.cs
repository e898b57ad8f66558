using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Runtime;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Where a session runs: the CPU, or a CUDA device when one is asked for and ONNX Runtime has the provider.</summary>
/// <param name="GpuDeviceId">Number of the CUDA device, null for the CPU.</param>
/// <param name="FallbackToCpu">Whether the CPU may stand in, with a warning.</param>
/// <param name="Warn">Takes the warning.</param>
internal sealed record ExecutionDevice(int? GpuDeviceId, bool FallbackToCpu, Action<string> Warn)
{
    private const string CudaProvider = "CUDAExecutionProvider";

    // Never made, and not to be guessed.
    private static readonly string s_noFolder = Path.Combine(Path.GetTempPath(), $"ssah-{Guid.NewGuid():N}");

    /// <summary>The CPU, whatever a context says.</summary>
    public static ExecutionDevice Cpu { get; } = new(GpuDeviceId: null, FallbackToCpu: false, static _ => { });

    /// <summary>The rule: an explicit option first, then the context's setting, then the CPU.</summary>
    public static ExecutionDevice Choose(HashEncodingOptions options, IHostEnvironment? environment)
    {
        int? device = options.GpuDeviceId ?? (environment is null ? null : MLNetInternals.GpuDeviceId(environment));
        bool fallback = options.FallbackToCpu ?? (environment is not null && MLNetInternals.FallbackToCpu(environment));
        return new ExecutionDevice(device, fallback, message => MLNetInternals.Warn(environment, message));
    }

    /// <summary>Loads ONNX Runtime, to learn early whether it is there.</summary>
    /// <exception cref="InvalidOperationException">It is missing; the message names the package to add.</exception>
    public static void Load() => IfPresent(OrtEnv.Instance);

    /// <summary>Opens a session on the device.</summary>
    /// <exception cref="InvalidOperationException">The GPU cannot be used and the CPU may not stand in, or ONNX Runtime is missing.</exception>
    /// <exception cref="DamagedFileException">The bytes are not an ONNX model that this ONNX Runtime can run.</exception>
    public InferenceSession Open(byte[] onnx)
    {
        try
        {
            return IfPresent(() => GpuDeviceId is { } device ? OpenOnCuda(onnx, device) : OpenOnCpu(onnx));
        }
        catch (OnnxRuntimeException error)
        {
            throw new DamagedFileException($"ONNX Runtime cannot open the model: {error.Message}", error);
        }
    }

    private static T IfPresent<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            throw new InvalidOperationException("The native library of ONNX Runtime is missing: add the package Microsoft.ML.OnnxRuntime (or, for "
                + "CUDA, Microsoft.ML.OnnxRuntime.Gpu) to the application.", error);
        }
    }

    private InferenceSession OpenOnCuda(byte[] onnx, int device)
    {
        string reason;
        if (OrtEnv.Instance().GetAvailableProviders().Contains(CudaProvider))
        {
            using SessionOptions options = NewOptions();
            try
            {
                using var cuda = new OrtCUDAProviderOptions();
                cuda.UpdateOptions(CudaOptions(device));
                options.AppendExecutionProvider_CUDA(cuda);
                return new InferenceSession(onnx, options);
            }
            catch (OnnxRuntimeException error) when (error.Message.Contains("CUDA", StringComparison.OrdinalIgnoreCase))
            {
                reason = $"CUDA device {device} cannot be used: {error.Message}";
            }
        }
        else
        {
            reason = $"CUDA device {device} is asked for, but this application has the CPU build of ONNX Runtime: replace the package "
                + "Microsoft.ML.OnnxRuntime by Microsoft.ML.OnnxRuntime.Gpu";
        }
        if (!FallbackToCpu)
            throw new InvalidOperationException($"{reason}. Or allow the CPU with HashEncodingOptions.FallbackToCpu or MLContext.FallbackToCpu.");
        Warn($"{reason}. Running on the CPU instead.");
        return OpenOnCpu(onnx);
    }

    /// <summary>
    /// What ONNX Runtime's CUDA provider is told. TF32 rounds to ten bits, which turns bits of codes; and by default cuDNN times every algorithm for every
    /// size of a batch, with as much memory as there is, before the first code comes.
    /// </summary>
    internal static Dictionary<string, string> CudaOptions(int device) => new(StringComparer.Ordinal)
    {
        ["device_id"] = device.ToString(CultureInfo.InvariantCulture),
        ["use_tf32"] = "0",
        ["cudnn_conv_algo_search"] = "HEURISTIC",
        ["cudnn_conv_use_max_workspace"] = "0",
    };

    private static InferenceSession OpenOnCpu(byte[] onnx)
    {
        using SessionOptions options = NewOptions();
        return new InferenceSession(onnx, options);
    }

    private static SessionOptions NewOptions()
    {
        var options = new SessionOptions
        {
            // The encoder scores several batches side by side; threads inside one batch would only fight with them.
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // A hash model is one file. Without this, ONNX Runtime takes weights from any file below the working directory that the model names.
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", s_noFolder);
        // Or bytes that are ONNX to us could be ONNX Runtime's own format to it, which nobody has looked through.
        options.AddSessionConfigEntry("session.load_model_format", "ONNX");
        return options;
    }
}
