using System.Globalization;
using SSAH.MLNet.Measurements;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Benchmarks;

/// <summary>
/// <c>bench training --device</c>: images a second of H-Net alone and of full SSAH on a device, for each batch, with what a step waits for, its phases and its
/// memory, beside the same network in PyTorch on the same device.
/// </summary>
internal sealed class DeviceTraining
{
    private const int PhaseSteps = 5;
    private readonly Device _device;
    private readonly ScalarType _type;
    private readonly int[] _batches;
    private readonly int _steps;
    private readonly int _repeats;

    private DeviceTraining(ArgumentReader arguments)
    {
        (_device, _type) = (arguments.Device, arguments.Type);
        (_batches, _steps, _repeats) = (arguments.Batches, arguments.Steps, arguments.Repeats);
    }

    public const string Usage = "--device cpu|cuda[:N] [--type float32|bfloat16] [--batch 256,1024] [--steps 20] [--repeats 3]";

    public static int Run(string[] args)
    {
        if (ArgumentReader.Read(args) is not { } arguments)
        {
            Console.Error.WriteLine($"usage: bench training {Usage}");
            return 2;
        }
        BenchmarkRow.PrintMachine();
        int devices = cuda.is_available() ? cuda.device_count() : 0;
        if (arguments.Device.type == DeviceType.CUDA && arguments.Device.index >= devices)
        {
            Console.Error.WriteLine($"There is no CUDA device {arguments.Device.index}: libtorch sees {devices}.");
            return 1;
        }
        new DeviceTraining(arguments).Run();
        return 0;
    }

    private void Run()
    {
        using var memory = _device.type == DeviceType.CPU ? GlibcMemoryReturn.Prevent() : null;
        // Loads libtorch, which the description looks for.
        InitializeDeviceType(_device.type);
        // As the anchor: float32 is float32.
        (backends.cudnn.allow_tf32, backends.cuda.matmul.allow_tf32) = (false, false);
        BenchmarkRow.Note($"{TorchDevice.Of(_device)}, {_type}");
        var python = TorchAnchor.FindOn(_device);
        long before = DeviceMemory.Used(_device);
        foreach (int batch in _batches)
        {
            var set = NoiseImages.Set(4 * batch);
            using var alone = TrainingBenchmark.Training(set, HardSampleSource.None, batch, 0, _type, _device);
            using var full = TrainingBenchmark.Training(set, HardSampleSource.Adversarial, batch / 4, batch - batch / 4, _type, _device);
            double[] seconds = Stopwatches.Medians(_repeats, () => Steps(alone), () => Steps(full));
            Print("H-Net only", alone, batch, seconds[0]);
            Print("full SSAH", full, batch, seconds[1]);
            BenchmarkRow.Note($"{batch} a step: memory {(DeviceMemory.Used(_device) - before) / 1e6:0} MB for both, or for those before");
            PrintPhases(full, batch);
            foreach (bool compiled in new[] { false, true })
                PrintAnchor(python, compiled, batch, seconds[0]);
        }
    }

    private void Print(string what, SsahTraining training, int batch, double seconds)
    {
        long waits = HostTransfer.Waits, tensors = DisposeScopeManager.Statistics.CreatedInScopeCount;
        training.RunStep();
        BenchmarkRow.Note($"{batch} a step, {what}: {batch * _steps / seconds:0} images a second, {seconds / _steps * 1e3:0.00} ms a step");
        BenchmarkRow.Note(
            $"{batch} a step, {what}: waits {HostTransfer.Waits - waits} times, {DisposeScopeManager.Statistics.CreatedInScopeCount - tensors} tensors made");
    }

    private void PrintPhases(SsahTraining training, int batch)
    {
        using var clock = new PhaseClock(_device, every: 1);
        for (int i = 0; i < PhaseSteps; i++)
            training.RunStep();
        foreach (var (phase, milliseconds) in clock.Milliseconds)
            BenchmarkRow.Note($"{batch} a step, full SSAH, {phase}: {milliseconds:0.00} ms");
    }

    private void PrintAnchor(TorchAnchor? python, bool compiled, int batch, double ours)
    {
        if (python is null)
            return;
        string type = _type == ScalarType.BFloat16 ? "bfloat16" : "float32", mode = compiled ? "compiled" : "eager";
        if (python.TrySeconds(type, batch, _steps, _repeats, _device, compiled) is not { } theirs)
            return;
        BenchmarkRow.Note($"{batch} a step, Python's PyTorch {python.Version}, {mode}, H-Net only: {batch * _steps / theirs:0} images a second");
        BenchmarkRow.Print($"hnet-{type}-{batch}", ours / _steps, $"python-torch-{mode}", theirs / _steps, 0.5, batch);
    }

    // The device is waited for, or only what was handed over would be timed.
    private void Steps(SsahTraining training)
    {
        for (int i = 0; i < _steps; i++)
            training.RunStep();
        if (_device.type == DeviceType.CUDA)
            cuda.synchronize(_device);
    }

    /// <summary>The command line.</summary>
    private sealed record ArgumentReader(Device Device, ScalarType Type, int[] Batches, int Steps, int Repeats)
    {
        public static ArgumentReader? Read(string[] args)
        {
            var read = new ArgumentReader(CPU, ScalarType.Float32, [256], 20, 3);
            for (int i = 0; i < args.Length; i += 2)
            {
                if (i + 1 == args.Length || read.With(args[i], args[i + 1]) is not { } next)
                    return null;
                read = next;
            }
            return read;
        }

        private ArgumentReader? With(string name, string value) => (name, value) switch
        {
            ("--device", "cpu") => this with { Device = CPU },
            ("--device", "cuda") => this with { Device = new Device(DeviceType.CUDA, 0) },
            ("--device", _) when value.StartsWith("cuda:", StringComparison.Ordinal) && Number(value[5..]) is { } index =>
                this with { Device = new Device(DeviceType.CUDA, index) },
            ("--type", "float32") => this with { Type = ScalarType.Float32 },
            ("--type", "bfloat16") => this with { Type = ScalarType.BFloat16 },
            ("--batch", _) when value.Split(',').Select(Number).ToArray() is var sizes && sizes.All(size => size >= 8) =>
                this with { Batches = [.. sizes.Select(size => size!.Value)] },
            ("--steps", _) when Number(value) is > 0 and var steps => this with { Steps = steps },
            ("--repeats", _) when Number(value) is > 0 and var repeats => this with { Repeats = repeats },
            _ => null,
        };

        private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }
}
