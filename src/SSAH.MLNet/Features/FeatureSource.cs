using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Features;

/// <summary>
/// Reads a data view once into features and labels: a column of images through a pretrained network, a column of features as it is.
/// </summary>
internal sealed class FeatureSource : IDisposable
{
    private const int BlockRows = 256;
    private readonly PixelColumn? _pixels;
    private readonly FeatureColumn? _column;
    private readonly BackboneFeatures? _network;
    private readonly FeatureCache? _cache;
    private readonly HardViews _views;
    private readonly DataViewSchema _schema;

    private FeatureSource(DataViewSchema schema, FeatureColumn column) => (_schema, _column, _views) = (schema, column, HardViews.None);

    private FeatureSource(DataViewSchema schema, PixelColumn pixels, BackboneFeatures network, FeatureCache? cache, HardViews views) =>
        (_schema, _pixels, _network, _cache, _views) = (schema, pixels, network, cache, views);

    /// <summary>Number of features of a row.</summary>
    public int Length => _network?.Length ?? _column!.Length;

    /// <summary>The network; null if the column has features.</summary>
    public BackboneFeatures? Network => _network;

    /// <summary>Images and views whose features were computed, and those whose features the cache had.</summary>
    public (int Computed, int Kept) Counts { get; private set; }

    /// <summary>The pixels of each image that was read, as <see cref="FeatureCache.KeyOf"/> names them; empty for a column of features.</summary>
    public List<UInt128> Keys { get; } = [];

    /// <summary>What a user should be told of the source; null if nothing.</summary>
    public string? Doubt { get; private init; }

    /// <summary>Opens a column of features.</summary>
    /// <exception cref="ArgumentException">It is missing, or no vector of Single of known size.</exception>
    public static FeatureSource OfFeatures(DataViewSchema schema, string columnName) => new(schema, FeatureColumn.Open(schema, columnName));

    /// <summary>Opens a column of images and the network that they go through.</summary>
    /// <param name="schema">Schema of the rows.</param>
    /// <param name="columnName">Column of images.</param>
    /// <param name="network">The network.</param>
    /// <param name="cacheFolder">Folder where features are kept by content; null keeps none.</param>
    /// <param name="views">Views of each image whose features are wanted too; null wants none.</param>
    public static FeatureSource OfImages(
        DataViewSchema schema, string columnName, PretrainedNetwork network, string? cacheFolder, HardViews? views = null)
    {
        PixelColumn pixels = PixelColumn.Open(schema, columnName);
        BackboneFeatures features = BackboneFeatures.Open(network, pixels.Height, pixels.Width);
        try
        {
            FeatureCache? cache = OpenCache(cacheFolder, features, out string? doubt);
            return new FeatureSource(schema, pixels, features, cache, views ?? HardViews.None) { Doubt = doubt };
        }
        catch
        {
            features.Dispose();
            throw;
        }
    }

    /// <summary>Reads all rows, once: what the cache has is forgotten then.</summary>
    /// <param name="data">Rows of the schema that was opened.</param>
    /// <param name="labels">Label column; null reads none.</param>
    /// <param name="progress">Told the rows that are done.</param>
    /// <param name="cancellation">Stops the reading at the next row.</param>
    /// <exception cref="InvalidOperationException">There is no row, or pixels are not from 0 to 255.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public FeatureRows Read(IDataView data, LabelColumn? labels, Action<int>? progress, CancellationToken cancellation)
    {
        var files = _pixels is null || _cache is null ? null : ImageStamp.FindSource(_schema, _pixels.Index);
        if (files is { } known && ReadKnown(data, known, labels, cancellation) is { } kept)
            return kept;
        Keys.Clear();
        List<float> values = ValuesFor(data);
        var classes = new List<int[]>();
        var images = _pixels is null ? null : new ImageFeatureReader(_pixels, _network!, _views, _cache, files, Keys, cancellation);
        using CancelableReading reading = CancelableReading.Begin(cancellation);
        using DataViewRowCursor cursor = data.GetRowCursor(Columns(_schema[_pixels?.Index ?? _column!.Index], files?.Path, labels));
        LabelReader? readLabels = labels?.CreateReader(cursor);
        Func<bool, bool> readRow = images?.On(cursor, values) ?? FeatureReader(cursor, values);
        int rows = 0;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            if (labels is not null)
                classes.Add(readLabels!().ToArray());
            rows++;
            if (readRow(true))
                progress?.Invoke(rows);
        }
        // The last block is not full.
        readRow(false);
        _cache?.Forget();
        Counts = images?.Counts ?? default;
        if (rows == 0)
            throw new InvalidOperationException("The data has no row.");
        return Rows(values, labels, classes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network?.Dispose();
        _cache?.Dispose();
    }

    // Nobody asked for the default folder, so that it ends no training where it cannot be had.
    private static FeatureCache? OpenCache(string? folder, BackboneFeatures features, out string? doubt)
    {
        doubt = null;
        try
        {
            return folder is null ? null : FeatureCache.Open(folder, features.Key, features.Length);
        }
        catch (Exception error) when ((error is IOException or UnauthorizedAccessException) && folder == FeatureCache.DefaultFolder)
        {
            doubt = $"Features are not kept, so that each training computes them: {error.Message}";
            return null;
        }
    }

    private static LabelSets LabelsOf(LabelColumn column, List<int[]> classes) => column.IsMultiLabel
        ? LabelSets.FromSets(classes, column.ClassCount, column.Names)
        : LabelSets.FromClasses([.. classes.Select(each => each.Length == 0 ? -1 : each[0])], column.Names);

    // Where the features of every file are known no image is read; the first file that is not known ends the attempt.
    private FeatureRows? ReadKnown(
        IDataView data, (DataViewSchema.Column Path, string Reading) files, LabelColumn? labels, CancellationToken cancellation)
    {
        List<float> values = ValuesFor(data);
        var classes = new List<int[]>();
        float[] features = new float[(1 + _views.Count) * Length];
        ReadOnlyMemory<char> path = default;
        using CancelableReading reading = CancelableReading.Begin(cancellation);
        using DataViewRowCursor cursor = data.GetRowCursor(Columns(files.Path, null, labels));
        var readPath = cursor.GetGetter<ReadOnlyMemory<char>>(files.Path);
        LabelReader? readLabels = labels?.CreateReader(cursor);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            readPath(ref path);
            if (ImageStamp.Of(path.ToString(), files.Reading) is not { } stamp || _cache!.ImageOf(stamp) is not { } image || !TryGet(image, features))
                return null;
            values.AddRange(features);
            Keys.Add(image);
            if (labels is not null)
                classes.Add(readLabels!().ToArray());
        }
        Counts = (0, values.Count / Length);
        _cache!.Forget();
        return values.Count == 0 ? null : Rows(values, labels, classes);
    }

    // Where the view knows its rows: a list that grows takes twice as much for a moment.
    private List<float> ValuesFor(IDataView data) =>
        data.GetRowCount() is { } rows && rows * (1 + _views.Count) * Length is var count && count <= Array.MaxLength ? new List<float>((int)count) : [];

    private bool TryGet(UInt128 image, Span<float> features)
    {
        bool isKnown = _cache!.TryGet(image, features[..Length]);
        for (int view = 0; isKnown && view < _views.Count; view++)
            isKnown = _cache.TryGet(_views.KeyOf(image, view), features.Slice((1 + view) * Length, Length));
        return isKnown;
    }

    private static IEnumerable<DataViewSchema.Column> Columns(DataViewSchema.Column column, DataViewSchema.Column? path, LabelColumn? labels)
    {
        yield return column;
        if (path is { } files)
            yield return files;
        if (labels is not null)
            yield return labels.Column;
    }

    private FeatureRows Rows(List<float> values, LabelColumn? labels, List<int[]> classes) =>
        FeatureRows.From(values, Length, _views.Count, labels is null ? null : LabelsOf(labels, classes));

    private Func<bool, bool> FeatureReader(DataViewRow row, List<float> values)
    {
        Action<Span<float>> read = _column!.CreateReader(row);
        float[] features = new float[Length];
        int rows = 0;
        return isOnRow =>
        {
            if (!isOnRow)
                return false;
            read(features);
            values.AddRange(features);
            return ++rows % BlockRows == 0;
        };
    }
}
