using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Features;

/// <summary>
/// Reads a data view once into features and labels. A column of images goes through a pretrained network in blocks, so that no more than a block of
/// pixels is in memory; a column of features is taken as it is.
/// </summary>
internal sealed class FeatureSource : IDisposable
{
    private const int BlockRows = 256;
    private readonly PixelColumn? _pixels;
    private readonly FeatureColumn? _column;
    private readonly BackboneFeatures? _network;
    private readonly FeatureCache? _cache;
    private readonly DataViewSchema _schema;

    private FeatureSource(DataViewSchema schema, PixelColumn? pixels, FeatureColumn? column, BackboneFeatures? network, FeatureCache? cache) =>
        (_schema, _pixels, _column, _network, _cache) = (schema, pixels, column, network, cache);

    /// <summary>Number of features of a row.</summary>
    public int Length => _network?.Length ?? _column!.Length;

    /// <summary>The network; null if the column has features.</summary>
    public BackboneFeatures? Network => _network;

    /// <summary>Images whose features were computed, and those whose features the cache had.</summary>
    public (int Computed, int Kept) Counts { get; private set; }

    /// <summary>Opens a column of features.</summary>
    /// <exception cref="ArgumentException">It is missing, or no vector of Single of known size.</exception>
    public static FeatureSource OfFeatures(DataViewSchema schema, string columnName) => new(schema, null, FeatureColumn.Open(schema, columnName), null, null);

    /// <summary>Opens a column of images and the network that they go through.</summary>
    /// <param name="schema">Schema of the rows.</param>
    /// <param name="columnName">Column of images.</param>
    /// <param name="network">The network.</param>
    /// <param name="cacheFolder">Folder where features are kept by content; null keeps none.</param>
    public static FeatureSource OfImages(DataViewSchema schema, string columnName, PretrainedNetwork network, string? cacheFolder)
    {
        PixelColumn pixels = PixelColumn.Open(schema, columnName);
        BackboneFeatures features = BackboneFeatures.Open(network, pixels.Height, pixels.Width);
        try
        {
            return new FeatureSource(schema, pixels, null, features,
                cacheFolder is null ? null : FeatureCache.Open(cacheFolder, features.Key, features.Length));
        }
        catch
        {
            features.Dispose();
            throw;
        }
    }

    /// <summary>Reads all rows.</summary>
    /// <param name="data">Rows of the schema that was opened.</param>
    /// <param name="labels">Label column; null reads none.</param>
    /// <param name="progress">Told the rows that are done.</param>
    /// <param name="cancellation">Stops the reading between two blocks.</param>
    /// <exception cref="InvalidOperationException">There is no row, or pixels are not from 0 to 255.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public FeatureRows Read(IDataView data, LabelColumn? labels, Action<int>? progress, CancellationToken cancellation)
    {
        var values = new List<float>();
        var classes = new List<int[]>();
        DataViewSchema.Column column = _schema[_pixels?.Index ?? _column!.Index];
        using DataViewRowCursor cursor = data.GetRowCursor(labels is null ? [column] : [column, labels.Column]);
        LabelReader? readLabels = labels?.CreateReader(cursor);
        Func<int, bool> readRow = _column is not null ? FeatureReader(cursor, values) : ImageReader(cursor, values, cancellation);
        int rows = 0;
        while (cursor.MoveNext())
        {
            if (labels is not null)
                classes.Add(readLabels!().ToArray());
            if (readRow(rows++))
                Report();
        }
        // The last block is not full.
        readRow(-1);
        _cache?.Flush();
        if (rows == 0)
            throw new InvalidOperationException("The data has no row.");
        return new FeatureRows(new FeatureMatrix(rows, Length, [.. values]), labels is null ? null : LabelsOf(labels, classes));

        void Report()
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke(rows);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network?.Dispose();
        _cache?.Dispose();
    }

    private static LabelSets LabelsOf(LabelColumn column, List<int[]> classes) => column.IsMultiLabel
        ? LabelSets.FromSets(classes, column.ClassCount, column.Names)
        : LabelSets.FromClasses([.. classes.Select(each => each.Length == 0 ? -1 : each[0])], column.Names);

    private Func<int, bool> FeatureReader(DataViewRow row, List<float> values)
    {
        Action<Span<float>> read = _column!.CreateReader(row);
        float[] features = new float[Length];
        return number =>
        {
            if (number < 0)
                return false;
            read(features);
            values.AddRange(features);
            return (number + 1) % BlockRows == 0;
        };
    }

    // Gathers a block of images, then computes what the cache does not have.
    private Func<int, bool> ImageReader(DataViewRow row, List<float> values, CancellationToken cancellation)
    {
        PixelReader read = _pixels!.CreateReader(row);
        int size = _pixels.Shape.Size, count = 0;
        byte[] block = new byte[BlockRows * size];
        return number =>
        {
            if (number >= 0)
                read.Read(block.AsSpan(count++ * size, size));
            if (count == 0 || (number >= 0 && count < BlockRows))
                return false;
            // Rounded to bytes, scaled images would be black.
            if (read.Range.Complaint($"Column '{_pixels.Name}'") is { } complaint)
                throw new InvalidOperationException(complaint);
            AddFeatures(block, count, values, cancellation);
            count = 0;
            return true;
        };
    }

    private void AddFeatures(byte[] block, int count, List<float> values, CancellationToken cancellation)
    {
        int size = _pixels!.Shape.Size;
        float[] features = new float[count * Length];
        var keys = new UInt128[count];
        var missing = new List<int>();
        for (int row = 0; row < count; row++)
        {
            keys[row] = FeatureCache.KeyOf(block.AsSpan(row * size, size));
            if (_cache is null || !_cache.TryGet(keys[row], features.AsSpan(row * Length, Length)))
                missing.Add(row);
        }
        float[] computed = new float[missing.Count * Length];
        _network!.Compute(missing.Count, computed, (row, pixels) =>
        {
            ReadOnlySpan<byte> image = block.AsSpan(missing[row] * size, size);
            for (int i = 0; i < pixels.Length; i++)
                pixels[i] = image[i];
        }, cancellation);
        for (int i = 0; i < missing.Count; i++)
        {
            ReadOnlySpan<float> vector = computed.AsSpan(i * Length, Length);
            vector.CopyTo(features.AsSpan(missing[i] * Length));
            _cache?.Add(keys[missing[i]], vector);
        }
        Counts = (Counts.Computed + missing.Count, Counts.Kept + count - missing.Count);
        values.AddRange(features);
    }
}
