using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Train.Cli;

/// <summary>
/// Rows of pixels and labels: image files whose labels are known, in place of those that a folder or a table says. Counts the rows as they are read.
/// </summary>
internal sealed class LabeledRows : IDataView
{
    private readonly ImageFiles _images;
    private readonly Dictionary<string, string[]> _labels;
    private readonly bool _hasSeveral;
    private readonly int _count;
    private readonly DataViewSchema.Column _path;

    /// <param name="context">Reads the files; those that are no images are left out.</param>
    /// <param name="images">Files and labels.</param>
    /// <param name="width">Width of the pixels.</param>
    /// <param name="height">Height of the pixels.</param>
    public LabeledRows(MLContext context, LabeledPaths images, int width, int height)
    {
        _images = context.Data.LoadImageFiles(images.Images.Select(image => image.Path), width, height,
            new ImageFilesOptions { OnBadImage = BadImagePolicy.Skip });
        _labels = images.Images.ToDictionary(image => Path.GetFullPath(image.Path), image => image.Labels, StringComparer.Ordinal);
        _hasSeveral = images.Images.Any(image => image.Labels.Length > 1);
        _count = images.Count;
        _path = _images.Schema["ImagePath"];
        var builder = new DataViewSchema.Builder();
        foreach (DataViewSchema.Column column in _images.Schema)
            builder.AddColumn(column.Name, column.Name == "Label" && _hasSeveral ? new VectorDataViewType(TextDataViewType.Instance) : column.Type,
                column.Annotations);
        Schema = builder.ToSchema();
    }

    /// <summary>Is told each row that is read, of all.</summary>
    public IProgress<WorkDone>? Progress { get; set; }

    public bool CanShuffle => _images.CanShuffle;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, _images.GetRowCursor(Inner(columnsNeeded), rand));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private IEnumerable<DataViewSchema.Column> Inner(IEnumerable<DataViewSchema.Column> columns) =>
        columns.Select(column => _images.Schema[column.Index]).Append(_path).DistinctBy(column => column.Index);

    private sealed class Cursor(LabeledRows view, DataViewRowCursor inner) : DataViewRowCursor
    {
        private readonly ValueGetter<ReadOnlyMemory<char>> _path = inner.GetGetter<ReadOnlyMemory<char>>(view._path);
        private int _done;

        public override long Position => inner.Position;

        public override long Batch => inner.Batch;

        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => inner.IsColumnActive(view._images.Schema[column.Index]);

        public override ValueGetter<DataViewRowId> GetIdGetter() => inner.GetIdGetter();

        public override bool MoveNext()
        {
            bool moved = inner.MoveNext();
            if (moved)
                view.Progress?.Report(new WorkDone(++_done, view._count));
            return moved;
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (column.Name != "Label")
                return inner.GetGetter<TValue>(view._images.Schema[column.Index]);
            Delegate label = view._hasSeveral ? (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)Labels : (ValueGetter<ReadOnlyMemory<char>>)Label;
            return (ValueGetter<TValue>)label;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }

        private string[] Current()
        {
            ReadOnlyMemory<char> path = default;
            _path(ref path);
            return view._labels[path.ToString()];
        }

        private void Label(ref ReadOnlyMemory<char> value) => value = Current() is [var only] ? only.AsMemory() : default;

        private void Labels(ref VBuffer<ReadOnlyMemory<char>> value)
        {
            ReadOnlyMemory<char>[] labels = [.. Current().Select(label => label.AsMemory())];
            value = new VBuffer<ReadOnlyMemory<char>>(labels.Length, labels);
        }
    }
}
