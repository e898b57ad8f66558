using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace SSAH.MLNet;

/// <summary>
/// A column of images: ML.NET's images, or <c>Single</c> or <c>Byte</c> values 0 to 255, planar [C,H,W] or interleaved [H,W,C], of known size. A
/// vector without dimensions is planar, and square where nobody expects another shape.
/// </summary>
internal sealed class PixelColumn
{
    private PixelColumn(DataViewSchema.Column column, PixelShape shape, bool isBytes, bool isInterleaved, ImageResizing resizing = ImageResizing.Cover)
    {
        Resizing = resizing;
        IsImage = column.Type is ImageDataViewType;
        Name = column.Name;
        Index = column.Index;
        Shape = shape;
        IsBytes = isBytes;
        IsInterleaved = isInterleaved;
    }

    public string Name { get; }

    /// <summary>Position of the column in the schema it was opened on.</summary>
    public int Index { get; }

    public PixelShape Shape { get; }

    public int Channels => Shape.Channels;

    public int Height => Shape.Height;

    public int Width => Shape.Width;

    public bool IsBytes { get; }

    /// <summary>Whether the rows hold ML.NET's images, which are scaled to <see cref="Shape"/> as image files are.</summary>
    public bool IsImage { get; }

    /// <summary>True for [H,W,C] (the colors of one pixel side by side), false for [C,H,W] (one plane per color).</summary>
    public bool IsInterleaved { get; }

    /// <summary>How ML.NET's images become images of <see cref="Shape"/>.</summary>
    public ImageResizing Resizing { get; }

    /// <summary>Finds the column and reads its shape from its type.</summary>
    /// <param name="schema">Schema of the rows.</param>
    /// <param name="name">Name of the column.</param>
    /// <param name="expected">Shape that the caller needs; a vector without dimensions then counts as planar of this shape.</param>
    /// <param name="resizing">How ML.NET's images become images of that shape.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing, or its type holds no images of that shape.</exception>
    public static PixelColumn Open(DataViewSchema schema, string name, PixelShape? expected = null, ImageResizing resizing = ImageResizing.Cover)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(name)
            ?? throw Unfit($"There is no column '{name}'. The columns are: {string.Join(", ", schema.Select(c => c.Name))}.");
        if (column.Type is ImageDataViewType image)
            return OfImages(column, image, expected, resizing);
        if (column.Type is not VectorDataViewType vector || !IsPixelType(vector.ItemType))
            throw Unfit(Describe(name, $"{column.Type}"));
        if (!vector.IsKnownSize)
            throw Unfit($"Column '{name}' is a vector of variable size ({vector}); images need one size. {HowToExtract}");
        bool isBytes = vector.ItemType == NumberDataViewType.Byte;
        if (expected is { Height: 1, Width: 1, Channels: > 3 and var features } && vector.Size != features)
            throw Unfit($"Column '{name}' has {vector.Size} features, but the model was made for {features}: take the features of the same network.");
        if (LayoutOf(vector, expected) is not (PixelShape shape, bool isInterleaved))
            throw Unfit(vector.Dimensions.Length == 3
                ? $"Column '{name}' ({vector}) has neither 1 nor 3 color planes, first or last. Extract RGB: "
                    + $"mlContext.Transforms.ExtractPixels(\"{name}\", \"Image\", colorsToExtract: ImagePixelExtractingEstimator.ColorBits.Rgb)."
                : $"Column '{name}' ({vector}) does not say its height and width, and {vector.Size} values are neither a square gray image nor a "
                    + "square one of 3 color planes. "
                    + $"{HowToExtract} Numbers that do not come from an image column, for example those of a CSV file, get them with "
                    + "[VectorType(channels, height, width)]: read the rows into a class with "
                    + "mlContext.Data.CreateEnumerable, and give them to mlContext.Data.LoadFromEnumerable as a class whose property has that attribute.");
        if (expected is { } wanted && wanted != shape)
            throw Unfit($"Column '{name}' holds images of {shape} values (channels x height x width), but {wanted} are needed. Add "
                + $"mlContext.Transforms.ResizeImages(\"Image\", imageWidth: {wanted.Width}, imageHeight: {wanted.Height}) before ExtractPixels.");
        return new PixelColumn(column, shape, isBytes, isInterleaved);
    }

    /// <summary>Checks what a schema shape, which has no sizes, can tell: the column exists and is a vector of the right item type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    public static void Check(SchemaShape schema, string name)
    {
        foreach (SchemaShape.Column column in schema)
        {
            if (column.Name != name)
                continue;
            bool isImage = column.Kind == SchemaShape.Column.VectorKind.Scalar && column.ItemType is ImageDataViewType;
            if (!isImage && (column.Kind != SchemaShape.Column.VectorKind.Vector || column.IsKey || !IsPixelType(column.ItemType)))
                throw Unfit(Describe(name, MLNetInternals.TypeOf(column)));
            return;
        }
        throw Unfit($"There is no column '{name}'. The columns are: {string.Join(", ", schema.Select(c => c.Name))}.");
    }

    /// <summary>Reads the images of a row (a cursor reads its current row); the column must be active in it.</summary>
    public PixelReader CreateReader(DataViewRow row) => new(this, row);

    private const string HowToExtract =
        "Make it with mlContext.Transforms.ResizeImages and ExtractPixels, which record channels, height and width in its type.";

    private static PixelColumn OfImages(DataViewSchema.Column column, ImageDataViewType image, PixelShape? expected, ImageResizing resizing)
    {
        if (expected is null && (image.Height < 1 || image.Width < 1))
            throw Unfit($"Column '{column.Name}' holds images of any size; training needs one. Add "
                + $"mlContext.Transforms.ResizeImages(\"{column.Name}\", imageWidth: 224, imageHeight: 224).");
        return new PixelColumn(column, expected ?? new PixelShape(3, image.Height, image.Width), isBytes: true, isInterleaved: false, resizing);
    }

    private static bool IsPixelType(DataViewType type) => type == NumberDataViewType.Single || type == NumberDataViewType.Byte;

    private static string Describe(string name, string type) =>
        $"Column '{name}' is {type}, but images must be ML.NET images, or a vector of Single or Byte of known size, values 0 to 255. Make that from an "
            + "image column "
        + $"with mlContext.Transforms.ExtractPixels(\"{name}\", \"Image\").";

    private static (PixelShape, bool)? LayoutOf(VectorDataViewType vector, PixelShape? expected)
    {
        if (vector.Dimensions is [int first, int second, int third])
        {
            var planar = new PixelShape(first, second, third);
            var interleaved = new PixelShape(third, first, second);
            if (planar == expected || interleaved == expected)
                return planar == expected ? (planar, false) : (interleaved, true);
            // Three planes count before one: a one-pixel-high image [1,W,3] is color, not gray.
            return (first, third) switch
            {
                (3, _) => (planar, false),
                (_, 3) => (interleaved, true),
                (1, _) => (planar, false),
                (_, 1) => (interleaved, true),
                _ => null,
            };
        }
        if (expected is { } shape && shape.Size == vector.Size)
            return (shape, false);
        // No number is both a square and three times a square.
        int color = (int)Math.Round(Math.Sqrt(vector.Size / 3.0)), gray = (int)Math.Round(Math.Sqrt(vector.Size));
        return vector.Dimensions.Length != 1 ? null
            : 3L * color * color == vector.Size ? (new PixelShape(3, color, color), false)
            : (long)gray * gray == vector.Size ? (new PixelShape(1, gray, gray), false)
            : null;
    }

    private static ArgumentOutOfRangeException Unfit(string message, string parameter = "schema") => new(parameter, message);
}
