using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Tests.Encoder;

public sealed class HashEncoderSchemaTests : IDisposable
{
    private readonly MLContext _context = new(seed: 3);
    private readonly HashEncoder _encoder = new(TestHashModels.Create(12));

    public void Dispose() => _encoder.Dispose();

    [Fact]
    public void The_two_columns_have_their_types_and_annotations()
    {
        DataViewSchema schema = _encoder.GetOutputSchema(Source().Schema);
        Assert.Equal(["Index", "Pixels", "HashCode", "HashCodeActivation"], schema.Select(column => column.Name));
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 2), schema["HashCode"].Type);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 12), schema["HashCodeActivation"].Type);
        foreach (string name in new[] { "HashCode", "HashCodeActivation" })
        {
            int bits = 0;
            ReadOnlyMemory<char> method = default;
            schema[name].Annotations.GetValue("SsahCodeBits", ref bits);
            schema[name].Annotations.GetValue("SsahMethod", ref method);
            Assert.Equal((12, "Random"), (bits, method.ToString()));
        }
        VBuffer<ReadOnlyMemory<char>> slots = default;
        schema["HashCodeActivation"].GetSlotNames(ref slots);
        Assert.Equal(Enumerable.Range(0, 12).Select(bit => $"Bit{bit:000}"), slots.DenseValues().Select(name => name.ToString()));
        Assert.False(schema["HashCode"].HasSlotNames());
    }

    [Fact]
    public void The_estimator_promises_what_the_encoder_gives()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ssah-schema-");
        try
        {
            string path = Path.Combine(folder.FullName, "model.onnx");
            _encoder.SaveOnnx(path);
            var estimator = _context.Transforms.ApplyHashEncoder(path);
            DataViewSchema input = Source().Schema;
            SchemaShape promised = estimator.GetOutputSchema(MLNetInternals.ShapeOf(input));
            using HashEncoder encoder = estimator.Fit(Source());
            SchemaShape given = MLNetInternals.ShapeOf(encoder.GetOutputSchema(input));
            Assert.Equal(given.Select(Describe).Order(), promised.Select(Describe).Order());
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static string Describe(SchemaShape.Column column)
        {
            IEnumerable<string> annotations = column.Annotations.Select(each => $"{each.Name} {MLNetInternals.TypeOf(each)}").Order();
            return $"{column.Name} {MLNetInternals.TypeOf(column)} [{string.Join(", ", annotations)}]";
        }
    }

    [Fact]
    public void The_row_mapper_knows_its_schemas_and_dependencies()
    {
        DataViewSchema input = Source().Schema;
        IRowToRowMapper mapper = _encoder.GetRowToRowMapper(input);
        Assert.Same(input, mapper.InputSchema);
        Assert.Equal(["Pixels"], mapper.GetDependencies([mapper.OutputSchema["HashCode"]]).Select(column => column.Name));
        Assert.Equal(["Index"], mapper.GetDependencies([mapper.OutputSchema["Index"]]).Select(column => column.Name));
        Assert.Empty(mapper.GetDependencies([]));
        using DataViewRowCursor cursor = Source().GetRowCursor(Source().Schema);
        Assert.Equal(["Index", "Pixels"], mapper.GetDependencies(mapper.OutputSchema).Select(column => column.Name));
    }

    [Fact]
    public void Rows_of_the_mapper_have_the_mappers_schema_and_codes()
    {
        IDataView source = Source();
        IRowToRowMapper mapper = _encoder.GetRowToRowMapper(source.Schema);
        byte[][] expected = CodeRows.Codes(_encoder.Transform(source));
        using DataViewRowCursor cursor = source.GetRowCursor(source.Schema);
        using DataViewRow row = mapper.GetRow(cursor, mapper.OutputSchema);
        Assert.Same(mapper.OutputSchema, row.Schema);
        ValueGetter<VBuffer<byte>> getter = row.GetGetter<VBuffer<byte>>(row.Schema["HashCode"]);
        VBuffer<byte> code = default;
        foreach (byte[] each in expected)
        {
            Assert.True(cursor.MoveNext());
            getter(ref code);
            Assert.Equal(each, code.DenseValues());
        }
        Assert.Equal(cursor.Position, row.Position);
    }

    [Fact]
    public void Wrong_inputs_name_the_column_and_the_remedy()
    {
        Assert.Contains("no column 'Pixels'", Refusal(_context.Data.LoadFromEnumerable(new[] { new TextRow() })), StringComparison.Ordinal);
        IDataView larger = PixelRows.Create([new byte[3 * 24 * 20]], new PixelShape(3, 24, 20), isBytes: true, isInterleaved: true);
        Assert.Contains("imageWidth: 10, imageHeight: 12", Refusal(larger), StringComparison.Ordinal);
        IDataView text = _context.Transforms.CopyColumns("Pixels", "Text").Fit(TextRows()).Transform(TextRows());
        Assert.Contains("'Pixels' is String", Refusal(text), StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_of_the_outputs_name_is_hidden_by_it()
    {
        using var encoder = new HashEncoder(TestHashModels.Create(12), outputColumnName: "Index");
        IDataView rows = encoder.Transform(Source());
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 2), rows.Schema["Index"].Type);
        Assert.Equal(4, CodeRows.Codes(rows, "Index").Length);
    }

    private static IDataView Source() => PixelRows.Create(TestHashModels.Images(4), TestHashModels.Shape, isBytes: true, isInterleaved: false);

    private IDataView TextRows() => _context.Data.LoadFromEnumerable(new[] { new TextRow() });

    private string Refusal(IDataView rows) => Assert.ThrowsAny<ArgumentException>(() => _encoder.Transform(rows)).Message;

    private sealed class TextRow
    {
        public string Text { get; set; } = "";
    }
}
