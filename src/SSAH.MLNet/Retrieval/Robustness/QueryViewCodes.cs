using System.Runtime.ExceptionServices;
using Microsoft.ML;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Robustness;

/// <summary>Labels of all queries, and the codes of the labeled ones as they are and in each view, in one pass.</summary>
internal sealed class QueryViewCodes
{
    /// <summary>Queries that are read ahead for each worker.</summary>
    private const int QueriesPerWorker = 4;

    private readonly HashEncoder _encoder;
    private readonly PlaneTransform[] _transforms;
    private readonly int _batch;
    private readonly List<byte[]> _codes = [];

    private QueryViewCodes(HashEncoder encoder, IReadOnlyList<QueryView> views, LabelColumn labels)
    {
        _encoder = encoder;
        _transforms = [.. views.Select(view => view.Transform)];
        _batch = Math.Min(HashBatch.CapacityFor(encoder.Model, encoder.BatchSize), views.Count + 1);
        LabelColumn = labels;
    }

    public LabelColumn LabelColumn { get; }

    /// <summary>Classes of each row, by the column's own numbers.</summary>
    public List<int[]> Classes { get; } = [];

    /// <summary>Rows that have a label.</summary>
    public List<int> LabeledRows { get; } = [];

    /// <summary>For each labeled row its code as it is, then of each view.</summary>
    public BinaryCodes Codes()
    {
        BinaryCodes codes = BinaryCodes.FromPacked(_encoder.Bits, _codes.SelectMany(each => each).ToArray());
        codes.ModelId = _encoder.ModelId;
        return codes;
    }

    /// <summary>Reads, changes and scores the queries.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="queries">Rows with the encoder's input column.</param>
    /// <param name="labelColumnName">Labels in any form.</param>
    /// <param name="views">The views.</param>
    /// <param name="progress">Receives the share of rows that are done, where their number is known.</param>
    /// <param name="cancellationToken">Stops at the next image.</param>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type.</exception>
    public static QueryViewCodes Read(
        HashEncoder encoder, IDataView queries, string labelColumnName, IReadOnlyList<QueryView> views, Action<double> progress,
        CancellationToken cancellationToken)
    {
        PixelColumn pixels = PixelColumn.Open(queries.Schema, encoder.InputColumnName, encoder.InputShape, encoder.Resizing);
        var read = new QueryViewCodes(encoder, views, LabelColumn.Open(queries.Schema, labelColumnName));
        using CancelableReading reading = CancelableReading.Begin(cancellationToken);
        using DataViewRowCursor cursor = queries.GetRowCursor([queries.Schema[pixels.Index], read.LabelColumn.Column]);
        PixelReader reader = pixels.CreateReader(cursor);
        LabelReader readLabel = read.LabelColumn.CreateReader(cursor);
        var waiting = new List<float[]>();
        long? rows = queries.GetRowCount();
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            read.Classes.Add(readLabel().ToArray());
            if (read.Classes[^1].Length == 0)
                continue;
            read.LabeledRows.Add(read.Classes.Count - 1);
            waiting.Add(new float[encoder.InputShape.Size]);
            reader.Read(waiting[^1]);
            if (waiting.Count < QueriesPerWorker * encoder.Workers)
                continue;
            read.Score(waiting, cancellationToken);
            if (rows > 0)
                progress(Math.Min(1, read.Classes.Count / (double)rows));
        }
        read.Score(waiting, cancellationToken);
        return read;
    }

    // A query is the work of one thread, so that no code depends on how many there are; the first error ends all and is thrown as it is.
    private void Score(List<float[]> queries, CancellationToken cancellationToken)
    {
        var codes = new byte[queries.Count][];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _encoder.Workers, CancellationToken = cancellationToken };
        try
        {
            Parallel.For(0, queries.Count, parallel, () => new float[_batch * _encoder.InputShape.Size], (query, _, images) =>
            {
                codes[query] = Score(queries[query], images, cancellationToken);
                return images;
            }, _ => { });
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
        _codes.AddRange(codes);
        queries.Clear();
    }

    private byte[] Score(float[] query, float[] images, CancellationToken cancellationToken)
    {
        (PixelShape shape, int bytes) = (_encoder.InputShape, _encoder.Model.Description.BytesPerCode);
        var codes = new byte[(_transforms.Length + 1) * bytes];
        for (int start = 0; start <= _transforms.Length; start += _batch)
        {
            int count = Math.Min(_batch, _transforms.Length + 1 - start);
            for (int i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Span<float> image = images.AsSpan(i * shape.Size, shape.Size);
                if (start + i == 0)
                    query.CopyTo(image);
                else
                    _transforms[start + i - 1].Apply(query, shape, image);
            }
            _encoder.Model.Score(count, images, codes.AsMemory(start * bytes, count * bytes), Memory<float>.Empty,
                cancellationToken: cancellationToken);
        }
        return codes;
    }
}
