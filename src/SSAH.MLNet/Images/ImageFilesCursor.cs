using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Reads every <paramref name="step"/>-th image of an order, from the <paramref name="first"/> on.</summary>
internal sealed class ImageFilesCursor(
    ImageFiles files, int[] order, int first, int step, IEnumerable<DataViewSchema.Column> columnsNeeded) : DataViewRowCursor
{
    private readonly HashSet<int> _active = [.. columnsNeeded.Select(column => column.Index)];
    private DecodeAhead? _ahead;
    private AheadImage? _current;
    private int _next = first;
    private long _position = -1;

    public override DataViewSchema Schema => files.Schema;

    public override long Position => _position;

    // Cursors of a set take turns row by row; the batch number is what puts their rows in order again.
    public override long Batch => step == 1 || _current is null ? 0 : _current.At;

    private int Index => _current?.Index ?? throw new InvalidOperationException("The cursor is not on a row.");

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Index, 0);

    public override bool MoveNext()
    {
        // Opened late: a cursor that is never moved opens no archive.
        _ahead ??= new DecodeAhead(files.Reader, files.Listing.Open(), Wanted().GetEnumerator(), Math.Max(1, files.Options.Workers / step));
        while ((_current = _ahead.Next()) is not null)
        {
            if (_current.Decoding is null || files.Keeps(_current.Index, _current.Reason))
            {
                if (!WantsPixels)
                    _current.KeepIn(files.Kept);
                _position++;
                return true;
            }
        }
        _position = -1;
        return false;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this cursor was opened.");
        Delegate getter = column.Index switch
        {
            ImageFiles.PathIndex => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) =>
                value = files.Listing.Entries[Index].Path.AsMemory()),
            ImageFiles.LabelIndex when files.HasManyLabels => (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)ReadLabels,
            ImageFiles.LabelIndex => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) =>
                value = files.Listing.Entries[Index].Labels.FirstOrDefault().AsMemory()),
            _ => (ValueGetter<VBuffer<byte>>)ReadPixels,
        };
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}; it cannot be read as {typeof(TValue)}.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _ahead?.Dispose();
        _ahead = null;
        base.Dispose(disposing);
    }

    private bool WantsPixels => _active.Contains(ImageFiles.PixelsIndex);

    private IEnumerable<WantedImage> Wanted()
    {
        for (; _next < order.Length; _next += step)
        {
            int index = order[_next];
            bool? isGood = files.IsGood(index);
            if (isGood == false)
                continue;
            byte[]? kept = WantsPixels ? files.Kept.Take(index) : null;
            yield return new WantedImage(_next, index, kept is null && (isGood is null || WantsPixels), kept);
        }
    }

    private void ReadLabels(ref VBuffer<ReadOnlyMemory<char>> value)
    {
        string[] labels = files.Listing.Entries[Index].Labels;
        VBufferEditor<ReadOnlyMemory<char>> editor = VBufferEditor.Create(ref value, labels.Length);
        for (int i = 0; i < labels.Length; i++)
            editor.Values[i] = labels[i].AsMemory();
        value = editor.Commit();
    }

    private void ReadPixels(ref VBuffer<byte> value)
    {
        int index = Index;
        if (_current!.Reason is { } reason)
            throw new DamagedFileException(
                $"Row {_position}, '{files.Listing.Entries[index].Path}': {reason}. Remove the file, or set ImageFilesOptions.OnBadImage to Skip.");
        byte[] pixels = _current.Pixels!;
        VBufferEditor<byte> editor = VBufferEditor.Create(ref value, pixels.Length);
        pixels.CopyTo(editor.Values);
        value = editor.Commit();
    }
}
