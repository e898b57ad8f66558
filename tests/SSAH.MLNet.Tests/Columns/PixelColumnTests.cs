using CsCheck;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Tests.Columns;

public sealed class PixelColumnTests
{
    private static readonly Gen<(PixelShape Shape, byte[] Planes)> s_images =
        from channels in Gen.OneOf(Gen.Const(1), Gen.Const(3))
        from height in Gen.Int[4, 9]
        from width in Gen.Int[4, 9]
        from planes in Gen.Byte.Array[channels * height * width]
        select (new PixelShape(channels, height, width), planes);

    [Fact]
    public void Every_layout_gives_the_same_planes() => s_images.Sample(image =>
    {
        foreach (bool isBytes in new[] { false, true })
            foreach (bool isInterleaved in new[] { false, true })
            {
                IDataView rows = PixelRows.Create([image.Planes], image.Shape, isBytes, isInterleaved);
                PixelColumn column = PixelColumn.Open(rows.Schema, "Pixels");
                Assert.Equal((image.Shape, isBytes, isInterleaved), (column.Shape, column.IsBytes, column.IsInterleaved));
                (float[] floats, byte[] bytes) = ReadFirst(rows, column);
                Assert.Equal(image.Planes, bytes);
                Assert.Equal(image.Planes.Select(value => (float)value), floats);
            }
    }, iter: 50);

    [Fact]
    public void Floats_are_rounded_and_clamped_to_bytes()
    {
        IDataView rows = PixelRows.Create([new[] { -3f, 0.4f, 0.6f, 254.6f, 300f, 17f, 1f, 2f, 3f, 4f, 5f, 6f }], new PixelShape(3, 2, 2),
            isInterleaved: false);
        (_, byte[] bytes) = ReadFirst(rows, PixelColumn.Open(rows.Schema, "Pixels"));
        Assert.Equal(new byte[] { 0, 0, 1, 255, 255, 17, 1, 2, 3, 4, 5, 6 }, bytes);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Values_that_are_not_finite_name_row_and_column(float value)
    {
        float[][] images = [new float[12], [1, 2, 3, 4, 5, value, 7, 8, 9, 10, 11, 12]];
        IDataView rows = PixelRows.Create(images, new PixelShape(3, 2, 2), isInterleaved: false);
        PixelColumn column = PixelColumn.Open(rows.Schema, "Pixels");
        using DataViewRowCursor cursor = rows.GetRowCursor(rows.Schema);
        PixelReader reader = column.CreateReader(cursor);
        var planes = new float[12];
        cursor.MoveNext();
        reader.Read(planes);
        cursor.MoveNext();
        var error = Assert.Throws<InvalidDataException>(() => reader.Read(planes));
        Assert.Contains("Row 1, column 'Pixels'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sparse_vectors_are_read_as_zeros()
    {
        IDataView rows = PixelRows.Create([new VBuffer<float>(12, 2, [7f, 9f], [1, 11])], new PixelShape(3, 2, 2));
        (float[] floats, byte[] bytes) = ReadFirst(rows, PixelColumn.Open(rows.Schema, "Pixels"));
        Assert.Equal(new float[] { 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 }, floats);
        Assert.Equal(new byte[] { 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 }, bytes);
    }

    [Fact]
    public void Flat_vectors_need_a_square_RGB_image_or_an_expected_shape()
    {
        DataViewSchema square = PixelRows.SchemaOf(new VectorDataViewType(NumberDataViewType.Single, 3 * 5 * 5));
        Assert.Equal(new PixelShape(3, 5, 5), PixelColumn.Open(square, "Pixels").Shape);
        DataViewSchema digits = PixelRows.SchemaOf(new VectorDataViewType(NumberDataViewType.Single, 784));
        Assert.Equal(new PixelShape(1, 28, 28), PixelColumn.Open(digits, "Pixels").Shape);
        DataViewSchema wide = PixelRows.SchemaOf(new VectorDataViewType(NumberDataViewType.Byte, 3 * 4 * 6));
        Assert.Equal(new PixelShape(3, 4, 6), PixelColumn.Open(wide, "Pixels", new PixelShape(3, 4, 6)).Shape);
        Assert.Contains("does not say its height and width", Refusal(wide), StringComparison.Ordinal);
        Assert.Contains("[VectorType(channels, height, width)]", Refusal(wide), StringComparison.Ordinal);
    }

    [Fact]
    public void An_expected_shape_settles_which_dimension_is_the_color()
    {
        DataViewSchema either = PixelRows.SchemaOf(new VectorDataViewType(NumberDataViewType.Single, 3, 5, 3));
        Assert.False(PixelColumn.Open(either, "Pixels").IsInterleaved);
        Assert.True(PixelColumn.Open(either, "Pixels", new PixelShape(3, 3, 5)).IsInterleaved);
    }

    [Fact]
    public void Errors_name_the_column_and_the_remedy()
    {
        Assert.Contains("There is no column 'Image'. The columns are: Pixels", Refusal(PixelRows.SchemaOf(NumberDataViewType.Single), "Image"),
            StringComparison.Ordinal);
        Assert.Contains("ExtractPixels(\"Pixels\"", Refusal(PixelRows.SchemaOf(NumberDataViewType.Single)), StringComparison.Ordinal);
        Assert.Contains("Vector<Double", Refusal(PixelRows.SchemaOf(new VectorDataViewType(NumberDataViewType.Double, 3, 4, 4))),
            StringComparison.Ordinal);
        Assert.Contains("variable size", Refusal(PixelRows.SchemaOf(new VectorDataViewType(NumberDataViewType.Single))), StringComparison.Ordinal);
        Assert.Contains("ColorBits.Rgb", Refusal(PixelRows.SchemaOf(new VectorDataViewType(NumberDataViewType.Byte, 4, 8, 8))),
            StringComparison.Ordinal);
        string size = Refusal(PixelRows.SchemaOf(new VectorDataViewType(NumberDataViewType.Byte, 3, 64, 48)), expected: new PixelShape(3, 32, 40));
        Assert.Contains("3x64x48", size, StringComparison.Ordinal);
        Assert.Contains("imageWidth: 40, imageHeight: 32", size, StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_shapes_are_checked_by_kind_and_item_type()
    {
        static SchemaShape Shape(DataViewType type) => MLNetInternals.ShapeOf(PixelRows.SchemaOf(type));
        PixelColumn.Check(Shape(new VectorDataViewType(NumberDataViewType.Byte, 3, 4, 4)), "Pixels");
        PixelColumn.Check(Shape(new VectorDataViewType(NumberDataViewType.Single, 48)), "Pixels");
        DataViewType[] wrong = [NumberDataViewType.Single, new VectorDataViewType(NumberDataViewType.Single),
            new VectorDataViewType(TextDataViewType.Instance, 4)];
        foreach (DataViewType type in wrong)
            Assert.Contains("'Pixels'", Assert.Throws<ArgumentOutOfRangeException>(() => PixelColumn.Check(Shape(type), "Pixels")).Message,
                StringComparison.Ordinal);
        Assert.Contains("'Other'", Assert.Throws<ArgumentOutOfRangeException>(() => PixelColumn.Check(Shape(wrong[0]), "Other")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Pixels_of_the_stock_image_steps_are_understood()
    {
        var context = new MLContext();
        foreach (bool isInterleaved in new[] { false, true })
        {
            // Reading a row disposes its in-memory image, so each pass needs a new one.
            using var image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, [30, 20, 10, 255, 60, 50, 40, 255]);
            IDataView images = context.Data.LoadFromEnumerable([new ImageRow { Image = image }]);
            var pixels = context.Transforms.ExtractPixels("Pixels", "Image", interleavePixelColors: isInterleaved,
                outputAsFloatArray: !isInterleaved);
            IDataView rows = pixels.Fit(images).Transform(images);
            PixelColumn column = PixelColumn.Open(rows.Schema, "Pixels");
            Assert.Equal((new PixelShape(3, 1, 2), isInterleaved, isInterleaved), (column.Shape, column.IsInterleaved, column.IsBytes));
            using DataViewRowCursor cursor = rows.GetRowCursor([rows.Schema["Pixels"]]);
            Assert.True(cursor.MoveNext());
            var planes = new byte[6];
            column.CreateReader(cursor).Read(planes);
            Assert.Equal(new byte[] { 10, 40, 20, 50, 30, 60 }, planes);
        }
    }

    private static (float[] Floats, byte[] Bytes) ReadFirst(IDataView rows, PixelColumn column)
    {
        using DataViewRowCursor cursor = rows.GetRowCursor([rows.Schema[column.Index]]);
        Assert.True(cursor.MoveNext());
        PixelReader reader = column.CreateReader(cursor);
        var floats = new float[column.Shape.Size];
        var bytes = new byte[column.Shape.Size];
        reader.Read(bytes);
        reader.Read(floats);
        return (floats, bytes);
    }

    private static string Refusal(DataViewSchema schema, string name = "Pixels", PixelShape? expected = null) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PixelColumn.Open(schema, name, expected)).Message;

    private sealed class ImageRow
    {
        [Microsoft.ML.Transforms.Image.ImageType(1, 2)]
        public required MLImage Image { get; set; }
    }
}
