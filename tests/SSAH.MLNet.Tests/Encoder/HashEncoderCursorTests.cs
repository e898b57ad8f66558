using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Tests.Encoder;

public sealed class HashEncoderCursorTests : IDisposable
{
    private readonly MLContext _context = new(seed: 3);
    private readonly byte[][] _images = TestHashModels.Images(150);
    private readonly HashEncoder _encoder = new(TestHashModels.Create(48), options: new HashEncodingOptions { BatchSize = 8, Workers = 2 });

    public void Dispose() => _encoder.Dispose();

    [Fact]
    public void Nothing_is_scored_for_rows_whose_codes_are_not_read()
    {
        IDataView rows = _encoder.Transform(Source());
        Assert.Equal(150, rows.GetColumn<int>("Index").Count());
        DataViewRowCursor[] set = rows.GetRowCursorSet([rows.Schema["Index"], rows.Schema["Pixels"]], 4);
        foreach (DataViewRowCursor cursor in set)
            using (cursor)
                while (cursor.MoveNext())
                {
                }
        Assert.Equal(0, _encoder.Model.RowsScored);
        _ = CodeRows.Codes(rows);
        Assert.Equal(150, _encoder.Model.RowsScored);
    }

    [Fact]
    public void Only_asked_for_columns_are_active()
    {
        IDataView rows = _encoder.Transform(Source());
        using DataViewRowCursor cursor = rows.GetRowCursor([rows.Schema["HashCodeActivation"]]);
        Assert.True(cursor.IsColumnActive(rows.Schema["HashCodeActivation"]));
        Assert.False(cursor.IsColumnActive(rows.Schema["HashCode"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<VBuffer<byte>>(rows.Schema["HashCode"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<int>(rows.Schema["Index"]));
        string message = Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<VBuffer<byte>>(rows.Schema["HashCodeActivation"])).Message;
        Assert.Contains("HashCodeActivation", message, StringComparison.Ordinal);
        Assert.Same(rows.Schema, cursor.Schema);
        Assert.Throws<InvalidOperationException>(() => Get<float>(cursor, "HashCodeActivation"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Every_row_keeps_its_own_code_in_shuffles_and_sets(int batchSize)
    {
        using HashEncoder encoder = _encoder.WithOptions(new HashEncodingOptions { BatchSize = batchSize, Workers = 2 });
        byte[][] expected = CodeRows.Codes(encoder.Transform(Source()));
        IDataView[] sources = [Source(), _context.Data.ShuffleRows(Source(), seed: 5), _context.Data.Cache(Source())];
        foreach (IDataView source in sources)
        {
            IDataView rows = encoder.Transform(source);
            DataViewSchema.Column[] columns = [rows.Schema["Index"], rows.Schema["HashCode"], rows.Schema["HashCodeActivation"]];
            RequireEveryRow(expected, [rows.GetRowCursor(columns)]);
            RequireEveryRow(expected, [rows.GetRowCursor(columns, new Random(11))]);
            RequireEveryRow(expected, rows.GetRowCursorSet(columns, 4));
            RequireEveryRow(expected, rows.GetRowCursorSet(columns, 4, new Random(12)));
        }
    }

    [Fact]
    public void Shuffling_really_changes_the_order()
    {
        IDataView rows = _encoder.Transform(_context.Data.Cache(Source()));
        Assert.True(rows.CanShuffle);
        using DataViewRowCursor cursor = rows.GetRowCursor([rows.Schema["Index"], rows.Schema["HashCode"]], new Random(1));
        ValueGetter<int> getter = cursor.GetGetter<int>(rows.Schema["Index"]);
        var order = new List<int>();
        while (cursor.MoveNext())
        {
            int index = 0;
            getter(ref index);
            order.Add(index);
        }
        Assert.NotEqual(Enumerable.Range(0, 150), order);
        Assert.Equal(Enumerable.Range(0, 150), order.Order());
    }

    [Fact]
    public void Cached_and_filtered_and_taken_rows_keep_their_codes()
    {
        byte[][] expected = CodeRows.Codes(_encoder.Transform(Source()));
        IDataView cached = _context.Data.Cache(_encoder.Transform(Source()));
        Assert.Equal(expected, CodeRows.Codes(cached));
        Assert.Equal(expected, CodeRows.Codes(cached));
        IDataView taken = _context.Data.TakeRows(_context.Data.SkipRows(_encoder.Transform(Source()), 60), 17);
        Assert.Equal(expected[60..77], CodeRows.Codes(taken));
        IDataView filtered = _encoder.Transform(_context.Data.FilterByCustomPredicate<IndexRow>(Source(), row => row.Index % 3 == 0));
        Assert.Equal(expected.Where((_, index) => index % 3 != 0), CodeRows.Codes(filtered));
    }

    [Fact]
    public void Empty_sources_give_no_rows() =>
        Assert.Empty(CodeRows.Codes(_encoder.Transform(_context.Data.FilterByCustomPredicate<IndexRow>(Source(), _ => true))));

    [Fact]
    public void Readers_may_stop_early()
    {
        IDataView rows = _encoder.Transform(Source());
        using (DataViewRowCursor cursor = rows.GetRowCursor([rows.Schema["HashCode"]]))
            Assert.True(cursor.MoveNext());
        using (rows.GetRowCursor([rows.Schema["HashCode"]]))
            Assert.InRange(_encoder.Model.RowsScored, 1, 24);
    }

    [Fact]
    public void Rows_that_change_between_passes_are_an_error_and_one_pass_is_the_remedy()
    {
        var source = new ChangingRows(Source());
        string message = Assert.Throws<InvalidOperationException>(() => CodeRows.Codes(_encoder.Transform(source))).Message;
        Assert.Contains("BatchSize to 1", message, StringComparison.Ordinal);
        using HashEncoder onePass = _encoder.WithOptions(new HashEncodingOptions { BatchSize = 1 });
        Assert.InRange(CodeRows.Codes(onePass.Transform(source)).Length, 148, 149);
    }

    [Fact]
    public void A_source_that_hands_out_each_row_once_is_an_error()
    {
        var rest = new Queue<byte[]>(_images);
        IEnumerable<OnceRow> Drain()
        {
            while (rest.TryDequeue(out byte[]? image))
                yield return new OnceRow { Pixels = Array.ConvertAll(image, value => (float)value) };
        }
        string message = Assert.Throws<InvalidOperationException>(() => CodeRows.Codes(_encoder.Transform(_context.Data.LoadFromEnumerable(Drain())))).Message;
        Assert.Contains("BatchSize to 1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_nobody_reads_may_be_bad()
    {
        float[][] images = [.. _images.Select(image => Array.ConvertAll(image, value => (float)value))];
        byte[][] expected = CodeRows.Codes(_encoder.Transform(PixelRows.Create(images, TestHashModels.Shape, isInterleaved: false)));
        images[21][5] = float.NaN;
        IDataView rows = _encoder.Transform(PixelRows.Create(images, TestHashModels.Shape, isInterleaved: false));
        Assert.Equal(expected[..21], CodeRows.Codes(_context.Data.TakeRows(rows, 21)));
        Assert.Contains("Row 21", Assert.Throws<InvalidDataException>(() => CodeRows.Codes(_context.Data.TakeRows(rows, 22))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_of_large_images_is_smaller()
    {
        using HashEncoder small = new(TestHashModels.Create(8)), large = new(TestHashModels.Create(8, new PixelShape(3, 512, 512)));
        Assert.Equal(4096, HashBatch.CapacityFor(small.Model, 4096));
        Assert.Equal((85, 1), (HashBatch.CapacityFor(large.Model, 4096), HashBatch.CapacityFor(large.Model, 1)));
    }

    [Fact]
    public void Bad_pixels_name_the_row()
    {
        float[][] images = [.. Enumerable.Range(0, 20).Select(_ => new float[TestHashModels.Shape.Size])];
        images[13][5] = float.NaN;
        IDataView rows = _encoder.Transform(PixelRows.Create(images, TestHashModels.Shape, isInterleaved: false));
        string message = Assert.Throws<InvalidDataException>(() => CodeRows.Codes(rows)).Message;
        Assert.Contains("Row 13, column 'Pixels'", message, StringComparison.Ordinal);
    }

    private static T Get<T>(DataViewRowCursor cursor, string column)
    {
        T value = default!;
        cursor.GetGetter<T>(cursor.Schema[column])(ref value);
        return value;
    }

    private static void RequireEveryRow(byte[][] expected, DataViewRowCursor[] cursors)
    {
        var seen = new SortedSet<int>();
        foreach (DataViewRowCursor cursor in cursors)
            using (cursor)
            {
                ValueGetter<int> indexGetter = cursor.GetGetter<int>(cursor.Schema["Index"]);
                ValueGetter<VBuffer<byte>> codeGetter = cursor.GetGetter<VBuffer<byte>>(cursor.Schema["HashCode"]);
                ValueGetter<VBuffer<float>> activationGetter = cursor.GetGetter<VBuffer<float>>(cursor.Schema["HashCodeActivation"]);
                int index = 0;
                VBuffer<byte> code = default;
                VBuffer<float> activation = default;
                while (cursor.MoveNext())
                {
                    indexGetter(ref index);
                    codeGetter(ref code);
                    activationGetter(ref activation);
                    Assert.True(seen.Add(index));
                    Assert.Equal(expected[index], code.DenseValues());
                    Assert.Equal(expected[index], CodeRows.Pack(activation.GetValues()));
                }
            }
        Assert.Equal(expected.Length, seen.Count);
    }

    private IDataView Source() => PixelRows.Create(_images, TestHashModels.Shape, isBytes: true, isInterleaved: false);

    private sealed class OnceRow
    {
        [VectorType(3, 12, 10)]
        public float[] Pixels { get; set; } = [];
    }

    private sealed class IndexRow
    {
        public int Index { get; set; }
    }

    /// <summary>Starts one row later at each pass, as a source does that is consumed by reading.</summary>
    private sealed class ChangingRows(IDataView rows) : IDataView
    {
        private int _passes;

        public bool CanShuffle => false;

        public DataViewSchema Schema => rows.Schema;

        public long? GetRowCount() => null;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            IDataView rest = new MLContext().Data.SkipRows(rows, 1 + _passes++ % 2);
            return rest.GetRowCursor(columnsNeeded.Select(column => rest.Schema[column.Index]));
        }

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];
    }
}
