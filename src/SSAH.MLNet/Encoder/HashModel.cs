using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet;

/// <summary>
/// A hash model's bytes with the session that runs them. Any number of threads may score at the same time. Closing releases the session once the
/// last running call has ended; the next call opens a new one.
/// </summary>
internal sealed class HashModel : IDisposable
{
    private const string Source = "The hash model";
    private readonly Lock _gate = new();
    private readonly ExecutionDevice _device;
    private readonly PixelRange _range = new();
    private bool _hasComplained;
    private OpenSession? _open;
    private long _rowsScored;

    /// <summary>Checks the model and opens it.</summary>
    /// <param name="onnx">Its file.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="limits">What it may be.</param>
    /// <exception cref="DamagedFileException">The bytes are not an ONNX model, or the model is not a hash model.</exception>
    public HashModel(byte[] onnx, ExecutionDevice device, ReadingLimits limits)
    {
        (Bytes, string hash) = HashModelChecksum.Check(onnx);
        ModelProto model = OnnxModels.Parse(onnx, Source, limits);
        if (onnx != Bytes && model.MetadataProps.Any(entry => entry.Key == HashModelContract.ChecksumKey))
            throw HashModelChecksum.Damaged();
        OnnxInspection.CheckGraph(model.Graph, Source);
        _device = device;
        _open = new OpenSession(device.Open(Bytes));
        try
        {
            Description = HashModelDescription.Of(_open.Session, HashModelDescription.MetadataOf(model), hash, limits);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The file, with its checksum.</summary>
    public byte[] Bytes { get; }

    public HashModelDescription Description { get; }

    /// <summary>Rows scored so far by this object.</summary>
    public long RowsScored => Interlocked.Read(ref _rowsScored);

    public bool IsOpen
    {
        get
        {
            lock (_gate)
                return _open is not null;
        }
    }

    /// <summary>Scores <paramref name="rows"/> images; an output that is empty is not computed for the caller.</summary>
    /// <param name="rows">Number of images, at least 1.</param>
    /// <param name="pixels">[rows, C, H, W], 0 to 255.</param>
    /// <param name="codes">[rows, ceil(bits/8)] or empty.</param>
    /// <param name="activations">[rows, bits] or empty.</param>
    /// <param name="features">[rows, features] or empty; only where the model gives features.</param>
    /// <param name="probabilities">[rows, classes] or empty; only where the model gives probabilities.</param>
    /// <param name="cancellationToken">Ends the network at its next operator.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public void Score(int rows, Memory<float> pixels, Memory<byte> codes, Memory<float> activations, Memory<float> features = default,
        Memory<float> probabilities = default, CancellationToken cancellationToken = default)
    {
        PixelShape shape = Description.Shape;
        Watch(rows, pixels.Span);
        var names = new List<string>(4);
        var outputs = new List<OrtValue>(4);
        using OrtValue input = Wrap(pixels[..(rows * shape.Size)], Description.InputDimensions(rows));
        try
        {
            Ask(HashModelContract.CodeOutput, codes, Description.BytesPerCode);
            Ask(HashModelContract.ActivationOutput, activations, Description.Bits);
            Ask(HashModelContract.FeatureOutput, features, Description.FeatureCount);
            Ask(HashModelContract.ProbabilityOutput, probabilities, Description.ClassCount);
            OpenSession open = Enter();
            try
            {
                using var run = new CancelableRun(cancellationToken);
                run.Of(open.Session, [Description.InputName], [input], names, outputs);
            }
            catch (OnnxRuntimeException error) when (_device.GpuDeviceId is null)
            {
                throw new DamagedFileException($"The hash model cannot be run: {error.Message}", error);
            }
            finally
            {
                Leave(open);
            }
        }
        finally
        {
            outputs.ForEach(output => output.Dispose());
        }
        Interlocked.Add(ref _rowsScored, rows);

        void Ask<T>(string name, Memory<T> values, int width)
            where T : unmanaged
        {
            if (values.IsEmpty)
                return;
            names.Add(name);
            outputs.Add(Wrap(values[..(rows * width)], [rows, width]));
        }
    }

    /// <summary>Releases the session, at once or when the last running call ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_open is not { } open)
                return;
            _open = null;
            open.IsRetired = true;
            if (open.Users == 0)
                open.Session.Dispose();
        }
    }

    // Training warns of the same values; encoded alike, they would give codes that mean nothing.
    private void Watch(int rows, ReadOnlySpan<float> pixels)
    {
        lock (_range)
        {
            if (Description.TakesFeatures || _hasComplained || _range.IsFull)
                return;
            for (int row = 0; row < rows && !_range.IsFull; row++)
                _range.Add(pixels.Slice(row * Description.Shape.Size, Description.Shape.Size));
            if (_range.Complaint("The column of images to encode") is not { } complaint)
                return;
            _hasComplained = true;
            _device.Warn(complaint);
        }
    }

    private static OrtValue Wrap<T>(Memory<T> values, long[] shape)
        where T : unmanaged => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, shape);

    private OpenSession Enter()
    {
        lock (_gate)
        {
            OpenSession open = _open ??= new OpenSession(_device.Open(Bytes));
            open.Users++;
            return open;
        }
    }

    private void Leave(OpenSession open)
    {
        lock (_gate)
            if (--open.Users == 0 && open.IsRetired)
                open.Session.Dispose();
    }

    private sealed class OpenSession(InferenceSession session)
    {
        public InferenceSession Session { get; } = session;

        public int Users { get; set; }

        public bool IsRetired { get; set; }
    }
}
