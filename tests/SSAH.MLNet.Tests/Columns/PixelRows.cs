using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Tests;

/// <summary>Rows with a column <c>Pixels</c> in every layout, for tests.</summary>
internal static class PixelRows
{
    private static readonly MLContext s_context = new(seed: 1);

    /// <summary>Rows from planes [C,H,W], stored as the asked type and layout.</summary>
    public static IDataView Create(IReadOnlyList<byte[]> images, PixelShape shape, bool isBytes, bool isInterleaved)
    {
        if (!isBytes)
            return Create([.. images.Select(planes => Array.ConvertAll(planes, value => (float)value))], shape, isInterleaved);
        return Load(images.Select(planes => new VBuffer<byte>(shape.Size, Arrange(planes, shape, isInterleaved))),
            TypeOf(NumberDataViewType.Byte, shape, isInterleaved));
    }

    /// <inheritdoc cref="Create(IReadOnlyList{byte[]}, PixelShape, bool, bool)"/>
    public static IDataView Create(IReadOnlyList<float[]> images, PixelShape shape, bool isInterleaved) =>
        Load(images.Select(planes => new VBuffer<float>(shape.Size, Arrange(planes, shape, isInterleaved))),
            TypeOf(NumberDataViewType.Single, shape, isInterleaved));

    /// <summary>Planar rows from vectors that may be sparse.</summary>
    public static IDataView Create(IEnumerable<VBuffer<float>> images, PixelShape shape) =>
        Load(images, TypeOf(NumberDataViewType.Single, shape, isInterleaved: false));

    /// <summary>A schema with one column <c>Pixels</c> of the type.</summary>
    public static DataViewSchema SchemaOf(DataViewType type)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Pixels", type);
        return builder.ToSchema();
    }

    private static VectorDataViewType TypeOf(PrimitiveDataViewType item, PixelShape shape, bool isInterleaved) => isInterleaved
        ? new VectorDataViewType(item, shape.Height, shape.Width, shape.Channels)
        : new VectorDataViewType(item, shape.Channels, shape.Height, shape.Width);

    private static T[] Arrange<T>(T[] planes, PixelShape shape, bool isInterleaved)
    {
        if (!isInterleaved)
            return planes;
        var pixels = new T[planes.Length];
        for (int c = 0; c < shape.Channels; c++)
            for (int y = 0; y < shape.Height; y++)
                for (int x = 0; x < shape.Width; x++)
                    pixels[(y * shape.Width + x) * shape.Channels + c] = planes[(c * shape.Height + y) * shape.Width + x];
        return pixels;
    }

    private static IDataView Load<T>(IEnumerable<VBuffer<T>> images, VectorDataViewType type)
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Row<T>));
        definition["Pixels"].ColumnType = type;
        return s_context.Data.LoadFromEnumerable(images.Select((pixels, index) => new Row<T> { Index = index, Pixels = pixels }).ToArray(),
            definition);
    }

    private sealed class Row<T>
    {
        public int Index { get; set; }

        public VBuffer<T> Pixels { get; set; }
    }
}
