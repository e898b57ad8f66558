using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Features;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Labels of all rows of a data view, and all that an encoder's network says of them, in one pass.</summary>
internal sealed class EncodedRows
{
    private readonly HashEncoder _encoder;
    private readonly List<byte> _packed = [];
    private readonly List<float> _features = [];
    private readonly List<float> _probabilities = [];

    private EncodedRows(HashEncoder encoder, LabelColumn labels)
    {
        _encoder = encoder;
        LabelColumn = labels;
    }

    public LabelColumn LabelColumn { get; }

    /// <summary>Classes of each row, by the column's own numbers.</summary>
    public List<int[]> Classes { get; } = [];

    /// <summary>[rows, features], without columns where the model gives none.</summary>
    public FeatureMatrix Features => new(Classes.Count, Description.FeatureCount, [.. _features]);

    /// <summary>[rows, classes], without columns where the model gives none.</summary>
    public FeatureMatrix Probabilities => new(Classes.Count, Description.ClassCount, [.. _probabilities]);

    private HashModelDescription Description => _encoder.Model.Description;

    public BinaryCodes Codes()
    {
        BinaryCodes codes = BinaryCodes.FromPacked(_encoder.Bits, [.. _packed]);
        codes.ModelId = _encoder.ModelId;
        return codes;
    }

    /// <summary>Reads and scores all rows.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="data">Rows with the encoder's input column.</param>
    /// <param name="labelColumnName">Labels in any form.</param>
    /// <param name="cancellationToken">Stops at the next row.</param>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type.</exception>
    public static EncodedRows Read(HashEncoder encoder, IDataView data, string labelColumnName, CancellationToken cancellationToken)
    {
        PixelColumn pixels = PixelColumn.Open(data.Schema, encoder.InputColumnName, encoder.InputShape, encoder.Resizing);
        var rows = new EncodedRows(encoder, LabelColumn.Open(data.Schema, labelColumnName));
        using CancelableReading reading = CancelableReading.Begin(cancellationToken);
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema[pixels.Index], rows.LabelColumn.Column]);
        PixelReader reader = pixels.CreateReader(cursor);
        LabelReader readLabel = rows.LabelColumn.CreateReader(cursor);
        Batch[] batches = [.. Enumerable.Range(0, encoder.Workers).Select(_ => new Batch(encoder))];
        int filled = 0;
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.Classes.Add(readLabel().ToArray());
            Batch batch = batches[filled];
            reader.Read(batch.Next());
            if (!batch.IsFull || ++filled < batches.Length)
                continue;
            rows.Score(batches, cancellationToken);
            filled = 0;
        }
        rows.Score(batches, cancellationToken);
        return rows;
    }

    // The first error ends all and is thrown as it is.
    private void Score(Batch[] batches, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.ForEach(batches, new ParallelOptions { MaxDegreeOfParallelism = _encoder.Workers, CancellationToken = cancellationToken },
                batch => batch.Score(cancellationToken));
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
        foreach (Batch batch in batches)
            batch.MoveTo(_packed, _features, _probabilities);
    }

    private sealed class Batch(HashEncoder encoder)
    {
        private readonly HashModel _model = encoder.Model;
        private readonly int _capacity = HashBatch.CapacityFor(encoder.Model, encoder.BatchSize);
        private readonly float[] _pixels = new float[HashBatch.CapacityFor(encoder.Model, encoder.BatchSize) * encoder.InputShape.Size];
        private byte[] _codes = [];
        private float[] _features = [];
        private float[] _probabilities = [];
        private int _count;

        public bool IsFull => _count == _capacity;

        public Span<float> Next() => _pixels.AsSpan(_count++ * encoder.InputShape.Size, encoder.InputShape.Size);

        public void Score(CancellationToken cancellationToken)
        {
            _codes = new byte[_count * _model.Description.BytesPerCode];
            _features = new float[_count * _model.Description.FeatureCount];
            _probabilities = new float[_count * _model.Description.ClassCount];
            if (_count > 0)
                _model.Score(_count, _pixels, _codes, Memory<float>.Empty, _features, _probabilities, cancellationToken);
        }

        public void MoveTo(List<byte> codes, List<float> features, List<float> probabilities)
        {
            codes.AddRange(_codes);
            features.AddRange(_features);
            probabilities.AddRange(_probabilities);
            _count = 0;
        }
    }
}
