using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.BenchmarkData;

/// <summary>Shows images to ML.NET as rows, without copying the collection.</summary>
public static class ImageSetDataView
{
    /// <summary>Column of the pixels: <c>Vector&lt;Byte, height, width, 3&gt;</c>.</summary>
    public const string PixelsColumn = "Pixels";

    /// <summary>Column of the label: a key with the class names, or a vector of keys where images have several labels. No label = 0 or
    /// empty.</summary>
    public const string LabelColumn = "Label";

    /// <summary>Column of the image's number in the collection.</summary>
    public const string RowColumn = "Row";

    /// <summary>A data view over some of the images, in the order given.</summary>
    /// <param name="images">The collection.</param>
    /// <param name="mlContext">The context that the view belongs to.</param>
    /// <param name="indices">The images to show; null for all.</param>
    /// <param name="isLabeled">Says whether an image's label may be seen; null shows all labels.</param>
    public static IDataView ToDataView(this ImageSet images, MLContext mlContext, IReadOnlyList<int>? indices = null,
        Func<int, bool>? isLabeled = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(mlContext);
        indices ??= [.. Enumerable.Range(0, images.Count)];
        return images.IsMultiLabel
            ? mlContext.Data.LoadFromEnumerable(new Rows<ManyLabelRow>(images, indices, isLabeled, SetLabels), Schema<ManyLabelRow>(images))
            : mlContext.Data.LoadFromEnumerable(new Rows<OneLabelRow>(images, indices, isLabeled, SetLabel), Schema<OneLabelRow>(images));
    }

    // ML.NET counts a plain number of a key column from zero, with the largest number for "missing"; in arrays it counts from one.
    private static void SetLabel(OneLabelRow row, ReadOnlySpan<int> labels) => row.Label = labels.IsEmpty ? uint.MaxValue : (uint)labels[0];

    private static void SetLabels(ManyLabelRow row, ReadOnlySpan<int> labels)
    {
        row.Label = new uint[labels.Length];
        for (var i = 0; i < labels.Length; i++)
            row.Label[i] = (uint)labels[i] + 1;
    }

    private static SchemaDefinition Schema<TRow>(ImageSet images)
    {
        var schema = SchemaDefinition.Create(typeof(TRow));
        schema[PixelsColumn].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, images.Height, images.Width, 3);
        var key = new KeyDataViewType(typeof(uint), images.ClassNames.Count);
        schema[LabelColumn].ColumnType = images.IsMultiLabel ? new VectorDataViewType(key) : key;
        var names = new VBuffer<ReadOnlyMemory<char>>(images.ClassNames.Count, [.. images.ClassNames.Select(name => name.AsMemory())]);
        schema[LabelColumn].AddAnnotation("KeyValues", names, new VectorDataViewType(TextDataViewType.Instance, images.ClassNames.Count));
        return schema;
    }

    internal abstract class ImageRow
    {
        public byte[] Pixels { get; set; } = [];

        public int Row { get; set; }
    }

    internal sealed class OneLabelRow : ImageRow
    {
        public uint Label { get; set; }
    }

    internal sealed class ManyLabelRow : ImageRow
    {
        public uint[] Label { get; set; } = [];
    }

    private delegate void LabelSetter<TRow>(TRow row, ReadOnlySpan<int> labels);

    // Each enumerator fills one row object again and again: a pass over 60,000 images allocates one image's bytes.
    private sealed class Rows<TRow>(ImageSet images, IReadOnlyList<int> indices, Func<int, bool>? isLabeled, LabelSetter<TRow> setLabel)
        : IEnumerable<TRow>
        where TRow : ImageRow, new()
    {
        public IEnumerator<TRow> GetEnumerator()
        {
            var row = new TRow { Pixels = new byte[images.BytesPerImage] };
            foreach (var index in indices)
            {
                images.PixelsOf(index).CopyTo(row.Pixels);
                row.Row = index;
                setLabel(row, isLabeled is null || isLabeled(index) ? images.LabelsOf(index) : []);
                yield return row;
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
