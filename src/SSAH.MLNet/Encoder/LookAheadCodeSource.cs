using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>
/// Reads the pixels through a cursor of its own that runs ahead of the row being read: while one batch is handed out, the next ones are scored in the
/// background. The row identities of both cursors are compared, so that a source that gives other rows the second time is an error, not a wrong code.
/// </summary>
internal sealed class LookAheadCodeSource : CodeSource
{
    private readonly DataViewRowCursor _ahead;
    private readonly PixelReader _reader;
    private readonly ValueGetter<DataViewRowId> _aheadId;
    private readonly ValueGetter<DataViewRowId> _mainId;
    private readonly Func<HashBatch> _newBatch;
    private readonly int _workers;
    private readonly Queue<(HashBatch Batch, Task Scoring)> _inFlight = new();
    private readonly CancellationTokenSource _ending = new();
    private HashBatch? _current;
    private ExceptionDispatchInfo? _failure;
    private bool _aheadEnded;
    private int _row;
    private long _position = -1;

    public LookAheadCodeSource(
        HashModel model,
        DataViewRowCursor main,
        DataViewRowCursor ahead,
        PixelColumn pixels,
        HashEncodingOptions options,
        bool withCode,
        bool withActivation)
    {
        _ahead = ahead;
        _reader = pixels.CreateReader(ahead);
        _aheadId = ahead.GetIdGetter();
        _mainId = main.GetIdGetter();
        _newBatch = () => new HashBatch(model, HashBatch.CapacityFor(model, options.BatchSize), withCode, withActivation);
        _workers = options.Workers;
    }

    protected override ReadOnlySpan<byte> Code => Current.Code(_row);

    protected override ReadOnlySpan<float> Activation => Current.Activation(_row);

    private HashBatch Current => _current ?? throw new InvalidOperationException("The cursor is not on a row.");

    public override void MoveNext()
    {
        _position++;
        _row++;
        if (_current is null || _row >= _current.Count)
            NextBatch();
        DataViewRowId id = default;
        _mainId(ref id);
        if (!id.Equals(_current!.Ids[_row]))
            throw NotRepeatable($"row {_position} is {id} in one pass and {_current.Ids[_row]} in the other");
    }

    public override void End()
    {
        // A source that hands out each row once has divided them between the two cursors.
        if ((_current is not null && _row < _current.Count - 1) || _inFlight.Count > 0 || (_failure is null && MoveAhead()))
            throw NotRepeatable($"one pass ended after row {_position}, the other did not");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_ending.IsCancellationRequested)
        {
            // A reader that stops early does not care how the batches in flight end, but they must have ended: at their next operator.
            _ending.Cancel();
            foreach ((_, Task scoring) in _inFlight)
                scoring.ContinueWith(ended => ended.Exception, TaskScheduler.Default).Wait();
            _inFlight.Clear();
            _ahead.Dispose();
            _ending.Dispose();
        }
        base.Dispose(disposing);
    }

    private void NextBatch()
    {
        if (_current is null)
        {
            // One batch more than workers: all of them are busy while this thread reads the pixels of the next.
            while (_inFlight.Count <= _workers && Launch(_newBatch()))
            {
            }
        }
        else
        {
            Launch(_current);
        }
        _current = null;
        if (!_inFlight.TryPeek(out (HashBatch Batch, Task Scoring) next))
        {
            _failure?.Throw();
            throw NotRepeatable($"one pass ended before row {_position}, the other did not");
        }
        // Whoever waits no longer leaves it to be ended with the others.
        next.Scoring.WaitAsync(CancelableReading.Token).GetAwaiter().GetResult();
        _inFlight.Dequeue();
        _current = next.Batch;
        _row = 0;
    }

    private bool Launch(HashBatch batch)
    {
        batch.Count = 0;
        CancellationToken reader = CancelableReading.Token;
        try
        {
            while (_failure is null && batch.Count < batch.Capacity && MoveAhead())
            {
                reader.ThrowIfCancellationRequested();
                _reader.Read(batch.Pixels(batch.Count));
                _aheadId(ref batch.Ids[batch.Count]);
                batch.Count++;
            }
        }
        catch (Exception error)
        {
            // What ended in between is no error of the row.
            reader.ThrowIfCancellationRequested();
            // Nobody may ever come to the row that cannot be read.
            _failure = ExceptionDispatchInfo.Capture(error);
        }
        if (batch.Count == 0)
            return false;
        CancellationToken ending = _ending.Token;
        _inFlight.Enqueue((batch, Task.Run(() => batch.Score(ending), CancellationToken.None)));
        return batch.Count == batch.Capacity;
    }

    private bool MoveAhead()
    {
        _aheadEnded = _aheadEnded || !_ahead.MoveNext();
        return !_aheadEnded;
    }

    private static InvalidOperationException NotRepeatable(string what) => new(
        $"The encoder reads its source twice, and the source did not give the same rows twice: {what}. Put mlContext.Data.Cache or "
        + "AppendCacheCheckpoint before the encoder, or set HashEncodingOptions.BatchSize to 1, which reads once.");
}
