using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Tests.Columns;

public sealed class LabelColumnTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void A_key_comes_from_text()
    {
        IDataView data = _context.Data.LoadFromEnumerable<TextRow>([new("frog"), new(""), new("cat"), new("frog")]);
        IDataView keyed = _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        LabelColumn column = LabelColumn.Open(keyed.Schema, "Label");
        Assert.Equal(2, column.ClassCount);
        Assert.Equal(["frog", "cat"], column.Names!);
        Assert.False(column.IsMultiLabel);
        Assert.Equal(["0", "", "1", "0"], Read(keyed));
    }

    [Fact]
    public void Key_names_come_from_numbers_too()
    {
        IDataView data = _context.Data.LoadFromEnumerable<FloatRow>([new(7), new(2.5f)]);
        IDataView keyed = _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        Assert.Equal(["7", "2.5"], LabelColumn.Open(keyed.Schema, "Label").Names!);
    }

    [Fact]
    public void A_key_comes_from_zero_based_numbers() =>
        Assert.Equal(["0", "2", ""], Read(_context.Data.LoadFromEnumerable<UIntRow>([new(0), new(2), new(uint.MaxValue)])));

    [Theory]
    [InlineData(DataKind.Byte)]
    [InlineData(DataKind.UInt16)]
    [InlineData(DataKind.UInt32)]
    [InlineData(DataKind.UInt64)]
    public void Keys_of_every_width_are_read(DataKind kind)
    {
        IDataView data = _context.Data.LoadFromEnumerable<TextRow>([new("frog"), new(""), new("cat")]);
        IDataView keyed = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.Conversion.ConvertType("Label", outputKind: kind)).Fit(data).Transform(data);
        Assert.IsType<KeyDataViewType>(keyed.Schema["Label"].Type);
        Assert.Equal(["0", "", "1"], Read(keyed));
        IDataView sets = _context.Transforms.Concatenate("Label", "Label", "Label").Fit(keyed).Transform(keyed);
        Assert.Equal(["0", "", "1"], Read(sets));
    }

    [Fact]
    public void Key_sets_are_sorted_distinct_and_may_be_empty()
    {
        IDataView data = _context.Data.LoadFromEnumerable<TextSetRow>([new(["b", "a", "b"]), new([]), new([""]), new(["c", ""])]);
        IDataView keyed = _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        Assert.True(LabelColumn.Open(keyed.Schema, "Label").IsMultiLabel);
        Assert.Equal(["0 1", "", "", "2"], Read(keyed));
    }

    [Fact]
    public void Key_sets_may_have_a_known_size() =>
        Assert.Equal(["0 2", "", "1"], Read(_context.Data.LoadFromEnumerable<KeyPairRow>([new([3, 1]), new([0, 0]), new([0, 2])])));

    [Fact]
    public void Multi_hot_labels_may_be_singles() =>
        Assert.Equal(["0 2", "", "1", ""], Read(_context.Data.LoadFromEnumerable<MultiHotRow>(
            [new([1, 0, 0.5f]), new([float.NaN, float.NaN, float.NaN]), new([float.NaN, 1, 0]), new([0, 0, -1])])));

    [Fact]
    public void Multi_hot_labels_may_be_sparse()
    {
        var builder = new SparseRow { Label = new VBuffer<float>(3, 1, [1f], [2]) };
        Assert.Equal(["2"], Read(_context.Data.LoadFromEnumerable([builder])));
    }

    [Fact]
    public void Multi_hot_labels_may_be_booleans() =>
        Assert.Equal(["1", ""], Read(_context.Data.LoadFromEnumerable<FlagsRow>([new([false, true, false]), new([false, false, false])])));

    [Fact]
    public void Plain_values_point_to_MapValueToKey()
    {
        Fails(_context.Data.LoadFromEnumerable<FloatRow>([new(1)]), "Single", "MapValueToKey");
        Fails(_context.Data.LoadFromEnumerable<OpenMultiHotRow>([new([1])]), "Single", "[VectorType(classes)]");
    }

    [Fact]
    public void Texts_are_classes_in_the_order_in_which_they_come()
    {
        IDataView data = _context.Data.LoadFromEnumerable<TextRow>([new("frog"), new(""), new("cat"), new("frog"), new(null!)]);
        LabelColumn column = LabelColumn.Open(data.Schema, "Label");
        Assert.Equal((0, false), (column.ClassCount, column.IsMultiLabel));
        Assert.Equal(["0", "", "1", "0", ""], Read(data, column));
        Assert.Equal(2, column.ClassCount);
        Assert.Equal(["frog", "cat"], column.Names!);
    }

    [Fact]
    public void Vectors_of_texts_are_sets_of_classes()
    {
        IDataView data = _context.Data.LoadFromEnumerable<TextSetRow>([new(["b", "a", "b"]), new([]), new([""]), new(["c", ""])]);
        LabelColumn column = LabelColumn.Open(data.Schema, "Label");
        Assert.True(column.IsMultiLabel);
        Assert.Equal(["0 1", "", "", "2"], Read(data, column));
        Assert.Equal(["b", "a", "c"], column.Names!);
    }

    [Theory]
    [InlineData(0u, true)]
    [InlineData(3u, false)]
    [InlineData(uint.MaxValue, false)]
    public void Zeros_of_keys_in_memory_that_may_have_been_meant_as_unlabeled_are_doubted(uint unlabeled, bool isDoubted)
    {
        UIntRow[] rows = [.. Enumerable.Range(0, 30).Select(row => new UIntRow(row < 6 ? (uint)(row % 3) : unlabeled))];
        IDataView data = _context.Data.LoadFromEnumerable(rows);
        LabelColumn column = LabelColumn.Open(data.Schema, "Label");
        int[] classes = [.. Read(data, column).Select(label => label.Length == 0 ? -1 : int.Parse(label, System.Globalization.CultureInfo.InvariantCulture))];
        string? doubt = column.DoubtAbout(LabelSets.FromClasses(classes));
        Assert.Equal(isDoubted, doubt is not null);
        if (isDoubted)
            Assert.Contains("26 of 30 rows", doubt, StringComparison.Ordinal);
        Assert.Equal(unlabeled == 0 ? 30 : 6, classes.Count(label => label >= 0));
    }

    [Fact]
    public void Balanced_and_named_keys_are_not_doubted()
    {
        LabelColumn plain = LabelColumn.Open(_context.Data.LoadFromEnumerable<UIntRow>([new(0)]).Schema, "Label");
        Assert.Null(plain.DoubtAbout(LabelSets.FromClasses([0, 0, 0, 0, 1, 2])));
        IDataView texts = _context.Data.LoadFromEnumerable<TextRow>([new("frog"), new("cat")]);
        IDataView keyed = _context.Transforms.Conversion.MapValueToKey("Label").Fit(texts).Transform(texts);
        Assert.Null(LabelColumn.Open(keyed.Schema, "Label").DoubtAbout(LabelSets.FromClasses([0, 0, 0, 0, 0, 0, 0, 0, 1])));
    }

    [Fact]
    public void Huge_key_ranges_are_not_classes() =>
        Fails(_context.Data.LoadFromEnumerable<OpenKeyRow>([new(1)]), "declares", "[KeyType(count)]");

    [Fact]
    public void A_missing_column_names_the_others()
    {
        IDataView data = _context.Data.LoadFromEnumerable<FloatRow>([new(1)]);
        ArgumentException error = Assert.Throws<ArgumentException>(() => LabelColumn.Open(data.Schema, "Class"));
        Assert.Contains("'Class'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Label", error.Message, StringComparison.Ordinal);
    }

    private static void Fails(IDataView data, params string[] parts)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => LabelColumn.Open(data.Schema, "Label"));
        Assert.All(parts.Append("'Label'"), part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    private static List<string> Read(IDataView data) => Read(data, LabelColumn.Open(data.Schema, "Label"));

    private static List<string> Read(IDataView data, LabelColumn column)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([column.Column]);
        LabelReader read = column.CreateReader(cursor);
        var rows = new List<string>();
        while (cursor.MoveNext())
            rows.Add(string.Join(' ', read().ToArray()));
        return rows;
    }

    private sealed record TextRow(string Label);

    private sealed record FloatRow(float Label);

    private sealed record TextSetRow(string[] Label);

    private sealed record UIntRow([property: KeyType(3)] uint Label);

    private sealed record OpenKeyRow([property: KeyType(3_000_000)] uint Label);

    private sealed record KeyPairRow([property: KeyType(3), VectorType(2)] uint[] Label);

    private sealed record MultiHotRow([property: VectorType(3)] float[] Label);

    private sealed record OpenMultiHotRow(float[] Label);

    private sealed record FlagsRow([property: VectorType(3)] bool[] Label);

    private sealed class SparseRow
    {
        [VectorType(3)]
        public VBuffer<float> Label { get; set; }
    }
}
