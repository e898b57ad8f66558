using System.Globalization;
using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>
/// Turns images into binary codes: adds a column of packed codes (<c>Vector&lt;Byte, ceil(bits/8)&gt;</c>; bit i is bit i%8 of byte i/8, least
/// significant first, 1 where the activation is zero or more, padding bits 0) and a column <c>...Activation</c> (<c>Vector&lt;Single,
/// bits&gt;</c>, values of tanh, -1 to 1; ONNX Runtime's tanh can exceed 1 by one unit in the last place). Runs the hash network in ONNX Runtime,
/// in batches, and only when one of the two columns is read.
/// </summary>
/// <remarks>
/// <para>The input column holds images of the network's size: <c>Single</c> or <c>Byte</c>, 0 to 255, planar [C,H,W] or interleaved [H,W,C], as
/// <c>LoadImageFolder</c> and <c>ExtractPixels</c> make them; or ML.NET's images of any size, which are scaled as image files are
/// (<see cref="EncodeImage(string, ImageReadingOptions?)"/>).</para>
/// <para>Safe to use from many threads. <see cref="Dispose"/> releases the network's session; a later use opens it again, so a
/// <see cref="PredictionEngine{TSrc, TDst}"/> that disposes its transformer does no harm.</para>
/// </remarks>
public sealed partial class HashEncoder : ITransformer, IDisposable
{
    private readonly HashModel _model;
    private readonly HashEncodingOptions _options;
    private readonly IHostEnvironment? _environment;
    private readonly bool _staysOnCpu;

    /// <summary>Makes an encoder from the bytes of a hash model's ONNX file; <see cref="Load"/> reads files.</summary>
    /// <param name="onnx">The file's bytes.</param>
    /// <param name="outputColumnName">Name of the column of packed codes; the activations' column has this name with <c>Activation</c> after
    /// it.</param>
    /// <param name="inputColumnName">Name of the column of images.</param>
    /// <param name="options">How to run the network; null takes the defaults.</param>
    /// <exception cref="DamagedFileException">The bytes are not an ONNX model, or the model is not a hash model.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing, or a GPU is asked for and cannot be used.</exception>
    public HashEncoder(
        ReadOnlySpan<byte> onnx, string outputColumnName = "HashCode", string inputColumnName = "Pixels", HashEncodingOptions? options = null)
        : this(environment: null, onnx.ToArray(), outputColumnName, inputColumnName, options)
    {
    }

    internal HashEncoder(IHostEnvironment? environment, byte[] onnx, string outputColumnName, string inputColumnName, HashEncodingOptions? options,
        bool staysOnCpu = false, ReadingLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
        OutputColumnName = outputColumnName;
        InputColumnName = inputColumnName;
        _options = options ?? new HashEncodingOptions();
        _environment = environment;
        // An encoder fresh from training runs where it was verified; a GPU is used where its own options name one, or once it is loaded from a file.
        _staysOnCpu = staysOnCpu && _options.GpuDeviceId is null;
        _model = new HashModel(onnx, _staysOnCpu ? ExecutionDevice.Cpu : ExecutionDevice.Choose(_options, environment),
            limits ?? ReadingLimits.Trusted);
    }

    /// <summary>Code length in bits, 1 to 4,096.</summary>
    public int Bits => _model.Description.Bits;

    /// <summary>Size of the images that the network takes.</summary>
    public PixelShape InputShape => _model.Description.Shape;

    /// <summary>How images of another size become images of <see cref="InputShape"/>.</summary>
    public ImageResizing Resizing => _model.Description.Resizing;

    /// <summary>Name of the column of images.</summary>
    public string InputColumnName { get; }

    /// <summary>Name of the column of packed codes.</summary>
    public string OutputColumnName { get; }

    /// <summary>Name of the column of activations.</summary>
    public string ActivationColumnName => HashSchema.ActivationName(OutputColumnName);

    /// <summary>Rows scored in one call of the network.</summary>
    public int BatchSize => _options.BatchSize;

    /// <summary>Batches scored at the same time.</summary>
    public int Workers => _options.Workers;

    /// <summary>
    /// What tells the network apart from all others: <c>sha256:</c> and the hash of its ONNX file, which ends in that hash (and is hashed without it).
    /// Codes carry it, so that indexes and evaluations refuse codes of another network.
    /// </summary>
    public string ModelId => _model.Description.Id;

    /// <summary>Entries that training wrote into the model: method, options, summary, version of the library.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _model.Description.Metadata;

    /// <summary>What the model says of its own training, with the metrics of each report; null if it says nothing.</summary>
    /// <exception cref="DamagedFileException">The model's metadata is damaged.</exception>
    public HashTrainingSummary? TrainingSummary => field ??= HashTrainingSummary.Read(Metadata);

    /// <inheritdoc/>
    bool ITransformer.IsRowToRowMapper => true;

    internal HashModel Model => _model;

    /// <summary>Codes of images that it was learned from; null where there are none.</summary>
    internal KnownCodes? Known { get; init; }

    /// <summary>The same network and columns, run in another way.</summary>
    public HashEncoder WithOptions(HashEncodingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new HashEncoder(_environment, _model.Bytes, OutputColumnName, InputColumnName, options, _staysOnCpu);
    }

    /// <summary>The schema of the encoded rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The pixel column is missing, of the wrong type or of another size than the network
    /// takes.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => SchemaFor(inputSchema).Output;

    /// <summary>Adds the two columns to rows; nothing is computed before they are read.</summary>
    /// <inheritdoc cref="GetOutputSchema" path="/exception"/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new HashDataView(_model, _options, SchemaFor(input.Schema), input, new FullPasses(_environment, OutputColumnName));
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new HashRowMapper(_model, SchemaFor(inputSchema));

    /// <summary>Encodes images without an <see cref="IDataView"/>.</summary>
    /// <param name="pixels">Images one after the other, each [C,H,W] (<see cref="InputShape"/>), values 0 to 255.</param>
    /// <returns>One code for each image, in order.</returns>
    /// <exception cref="ArgumentException">The length is not a whole number of images, or a value is not finite.</exception>
    public BinaryCodes Encode(ReadOnlySpan<float> pixels)
    {
        var packed = new byte[RowsOf(pixels) * _model.Description.BytesPerCode];
        ScoreAll(pixels, packed, Memory<float>.Empty);
        return CodesOf(packed);
    }

    /// <summary>Computes the activations of images without an <see cref="IDataView"/>.</summary>
    /// <param name="pixels">As in <see cref="Encode"/>.</param>
    /// <returns>[images, <see cref="Bits"/>] values from -1 to 1, one image after the other.</returns>
    /// <exception cref="ArgumentException">The length is not a whole number of images, or a value is not finite.</exception>
    public float[] EncodeActivations(ReadOnlySpan<float> pixels)
    {
        var activations = new float[RowsOf(pixels) * Bits];
        ScoreAll(pixels, Memory<byte>.Empty, activations);
        return activations;
    }

    /// <summary>Writes the network as an ONNX file; a file of that name is replaced as a whole or left as it was.</summary>
    /// <param name="path">Path of the file.</param>
    public void SaveOnnx(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        AtomicFile.Write(path, file => file.Write(_model.Bytes));
    }

    /// <summary>A copy of the network as the bytes of an ONNX file.</summary>
    public byte[] ToOnnx() => [.. _model.Bytes];

    /// <summary>Releases the network's session once running calls have ended; a later use opens it again.</summary>
    public void Dispose() => _model.Dispose();

    void ICanSaveModel.Save(ModelSaveContext ctx) => MLNetInternals.Save(ctx, this);

    private BinaryCodes CodesOf(byte[] packed)
    {
        var codes = BinaryCodes.FromPacked(Bits, packed);
        codes.ModelId = ModelId;
        return codes;
    }

    private HashSchema SchemaFor(DataViewSchema input) => new(input, _model.Description, InputColumnName, OutputColumnName);

    private int RowsOf(ReadOnlySpan<float> pixels)
    {
        int size = InputShape.Size;
        if (pixels.Length % size != 0)
            throw new ArgumentException($"{pixels.Length} values are not a whole number of {InputShape} images ({size} values each).", nameof(pixels));
        int bad = pixels.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
        if (bad >= 0)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"Image {bad / size} has the value {pixels[bad]}, which is not a pixel value (0 to 255)."), nameof(pixels));
        return pixels.Length / size;
    }

    // Batches of the source's pixels, several at the same time; each writes its own part of the outputs.
    private unsafe void ScoreAll(ReadOnlySpan<float> pixels, Memory<byte> codes, Memory<float> activations)
    {
        int size = InputShape.Size, bytes = _model.Description.BytesPerCode, rows = pixels.Length / size;
        int capacity = Math.Min(HashBatch.CapacityFor(_model, BatchSize), Math.Max(rows, 1));
        fixed (float* first = pixels)
        {
            nint source = (nint)first;
            InParallel((rows + capacity - 1) / capacity, () => new float[capacity * size], (batch, images) =>
            {
                int start = batch * capacity, count = Math.Min(capacity, rows - start);
                new ReadOnlySpan<float>((float*)source + (nint)start * size, count * size).CopyTo(images);
                _model.Score(
                    count, images, codes.IsEmpty ? codes : codes.Slice(start * bytes, count * bytes), activations.IsEmpty
                        ? activations : activations.Slice(start * Bits, count * Bits));
            });
        }
    }

    // Each worker has buffers of its own; the first error ends all and is thrown as it is.
    private void InParallel<TBuffers>(int batches, Func<TBuffers> newBuffers, Action<int, TBuffers> score)
    {
        try
        {
            Parallel.For(0, batches, new ParallelOptions { MaxDegreeOfParallelism = Workers }, newBuffers, (batch, _, buffers) =>
            {
                score(batch, buffers);
                return buffers;
            }, _ => { });
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
    }
}
