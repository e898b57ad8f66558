using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>Room for the images, codes and activations of a few rows.</summary>
internal sealed class HashBatch(HashModel model, int capacity, bool withCode, bool withActivation)
{
    private const int MaxPixels = 64 << 20;

    /// <summary>The largest batch up to a size whose images stay below 256 MiB, and at least one row.</summary>
    public static int CapacityFor(HashModel model, int batchSize) => Math.Clamp(MaxPixels / model.Description.Shape.Size, 1, batchSize);

    private readonly int _pixelsPerRow = model.Description.Shape.Size;
    private readonly int _bytesPerRow = model.Description.BytesPerCode;
    private readonly int _bits = model.Description.Bits;
    private readonly float[] _pixels = new float[capacity * model.Description.Shape.Size];
    private readonly byte[] _codes = withCode ? new byte[capacity * model.Description.BytesPerCode] : [];
    private readonly float[] _activations = withActivation ? new float[capacity * model.Description.Bits] : [];

    public int Capacity => capacity;

    /// <summary>Number of rows that are filled in.</summary>
    public int Count { get; set; }

    /// <summary>Identities of the rows.</summary>
    public DataViewRowId[] Ids { get; } = new DataViewRowId[capacity];

    public Span<float> Pixels(int row) => _pixels.AsSpan(row * _pixelsPerRow, _pixelsPerRow);

    public ReadOnlySpan<byte> Code(int row) => _codes.AsSpan(row * _bytesPerRow, _bytesPerRow);

    public ReadOnlySpan<float> Activation(int row) => _activations.AsSpan(row * _bits, _bits);

    public void Score(CancellationToken cancellationToken = default) =>
        model.Score(Count, _pixels, _codes, _activations, cancellationToken: cancellationToken);
}
