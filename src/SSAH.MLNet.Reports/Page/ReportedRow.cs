using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Reports.Page;

/// <summary>A row's image at the encoder's size, with its labels and the name of its file.</summary>
/// <param name="Shape">Size of the image.</param>
/// <param name="Planes">Its values, plane after plane.</param>
/// <param name="Labels">Names of its labels.</param>
/// <param name="Name">Name of the file; empty without a column of paths.</param>
internal sealed record ReportedRow(PixelShape Shape, float[] Planes, IReadOnlyList<string> Labels, string Name)
{
    private const string PathColumn = "ImagePath";

    /// <summary>Reads some rows.</summary>
    public static Dictionary<int, ReportedRow> Read(
        IDataView view, HashEncoder encoder, string labelColumnName, HashSet<int> rows, CancellationToken cancellationToken)
    {
        PixelColumn pixels = PixelColumn.Open(view.Schema, encoder.InputColumnName, encoder.InputShape, encoder.Resizing);
        LabelColumn label = LabelColumn.Open(view.Schema, labelColumnName);
        DataViewSchema.Column? path = view.Schema.GetColumnOrNull(PathColumn) is { Type: TextDataViewType } text ? text : null;
        var read = new Dictionary<int, ReportedRow>();
        var classes = new Dictionary<int, int[]>();
        DataViewSchema.Column[] active = [view.Schema[pixels.Index], label.Column, .. path is { } column ? [column] : (DataViewSchema.Column[])[]];
        using DataViewRowCursor cursor = view.GetRowCursor(active);
        PixelReader reader = pixels.CreateReader(cursor);
        LabelReader readLabel = label.CreateReader(cursor);
        ValueGetter<ReadOnlyMemory<char>>? readPath = path is { } named ? cursor.GetGetter<ReadOnlyMemory<char>>(named) : null;
        for (int row = 0; read.Count < rows.Count && cursor.MoveNext(); row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!rows.Contains(row))
                continue;
            float[] planes = new float[encoder.InputShape.Size];
            reader.Read(planes);
            ReadOnlyMemory<char> name = default;
            readPath?.Invoke(ref name);
            classes[row] = readLabel().ToArray();
            read[row] = new ReportedRow(encoder.InputShape, planes, [], Path.GetFileName(name.ToString()));
        }
        // Names of labels that are texts are known when the rows have been read.
        IReadOnlyList<string>? names = label.Names;
        return read.ToDictionary(each => each.Key, each => each.Value with
        {
            Labels = [.. classes[each.Key].Select(number => names is not null && number < names.Count ? names[number] : $"class {number}")],
        });
    }

    /// <summary>Whether a label is shared.</summary>
    public bool Shares(ReportedRow other) => Labels.Intersect(other.Labels).Any();

    /// <summary>The image as it is, then in each view.</summary>
    public IEnumerable<(string Name, float[] Planes)> Changed(IEnumerable<QueryView> views)
    {
        yield return ("", Planes);
        foreach (QueryView view in views)
        {
            float[] changed = new float[Planes.Length];
            view.Transform.Apply(Planes, Shape, changed);
            yield return (view.Name, changed);
        }
    }

    /// <summary>Planes as an image of a page, with the row's labels and name.</summary>
    public ReportImage ToImage(float[] planes)
    {
        int pixels = Shape.Height * Shape.Width;
        byte[] rgb = new byte[pixels * 3];
        for (int i = 0; i < rgb.Length; i++)
            rgb[i] = (byte)Math.Clamp(Math.Round(planes[(Shape.Channels == 3 ? i % 3 * pixels : 0) + i / 3]), 0, 255);
        return new ReportImage(Shape.Width, Shape.Height, rgb) { Label = string.Join(", ", Labels), Name = Name };
    }
}
