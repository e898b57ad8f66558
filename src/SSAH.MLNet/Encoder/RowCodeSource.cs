using Microsoft.ML;

namespace SSAH.MLNet;

/// <summary>Scores the current row when one of its code columns is first read.</summary>
internal sealed class RowCodeSource : CodeSource
{
    private readonly DataViewRow _row;
    private readonly PixelReader _reader;
    private readonly HashBatch _batch;
    private long? _scoredPosition;

    public RowCodeSource(HashModel model, DataViewRow row, PixelColumn pixels, bool withCode, bool withActivation)
    {
        _row = row;
        _reader = pixels.CreateReader(row);
        _batch = new HashBatch(model, capacity: 1, withCode, withActivation) { Count = 1 };
    }

    protected override ReadOnlySpan<byte> Code => Scored().Code(0);

    protected override ReadOnlySpan<float> Activation => Scored().Activation(0);

    private HashBatch Scored()
    {
        if (_scoredPosition == _row.Position)
            return _batch;
        _scoredPosition = null;
        _reader.Read(_batch.Pixels(0));
        _batch.Score();
        _scoredPosition = _row.Position;
        return _batch;
    }
}
