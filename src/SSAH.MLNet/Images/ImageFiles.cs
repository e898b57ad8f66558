using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace SSAH.MLNet;

/// <summary>
/// Image files as rows <c>ImagePath</c> (text), <c>Label</c> (text, empty where there is none; a vector of text where a file has several) and
/// <c>Pixels</c> (<c>Vector&lt;Byte&gt;</c>, RGB, 0 to 255). Which files there are is settled when the source is opened; they are decoded when their
/// row is read, the next ones in the background.
/// </summary>
public sealed class ImageFiles : IDataView
{
    private const long MaxKeptBytes = 256 << 20;
    internal const int PathIndex = 0;
    internal const int LabelIndex = 1;
    internal const int PixelsIndex = 2;
    private readonly ConcurrentDictionary<int, SkippedImage> _skipped = new();
    private readonly ConcurrentDictionary<int, bool> _good = new();
    private readonly IHostEnvironment _environment;

    internal ImageFiles(IHostEnvironment environment, ImageListing listing, int imageWidth, int imageHeight, ImageFilesOptions options)
    {
        _environment = environment;
        Listing = listing;
        Options = options;
        Reader = new ImageReader(imageWidth, imageHeight, options, options.Interleaved, options.Resizing);
        HasManyLabels = listing.Entries.Any(entry => entry.Labels.Length > 1);
        foreach (string warning in listing.Warnings)
            MLNetInternals.Warn(environment, $"{warning}.");
        var builder = new DataViewSchema.Builder();
        var reading = listing.AreFiles ? ImageStamp.Annotations(ImageStamp.Reading(imageWidth, imageHeight, options)) : DataViewSchema.Annotations.Empty;
        builder.AddColumn("ImagePath", TextDataViewType.Instance, reading);
        builder.AddColumn("Label", HasManyLabels ? new VectorDataViewType(TextDataViewType.Instance) : TextDataViewType.Instance);
        builder.AddColumn("Pixels", options.Interleaved
            ? new VectorDataViewType(NumberDataViewType.Byte, imageHeight, imageWidth, 3)
            : new VectorDataViewType(NumberDataViewType.Byte, 3, imageHeight, imageWidth), reading);
        Schema = builder.ToSchema();
    }

    /// <summary>Number of files that are read, bad ones included.</summary>
    public int FileCount => Listing.Entries.Count;

    /// <summary>Folders that could not be opened, then the files left out so far, in the order of the rows. Complete once all rows have been read.</summary>
    public IReadOnlyList<SkippedImage> Skipped => [.. Listing.Skipped, .. _skipped.OrderBy(each => each.Key).Select(each => each.Value)];

    /// <summary>
    /// Number of files that are not read because of their ending (in lower case with the dot; empty where there is none). Hidden files and those of
    /// tools do not count.
    /// </summary>
    public IReadOnlyDictionary<string, int> PassedOver => Listing.PassedOver;

    /// <summary>Whether the rows can be read in any order: those of a tar archive cannot.</summary>
    public bool CanShuffle => !Listing.IsSequential;

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    internal ImageFilesOptions Options { get; }

    internal ImageListing Listing { get; }

    internal ImageReader Reader { get; }

    internal KeptPixels Kept { get; } = new(MaxKeptBytes);

    internal bool HasManyLabels { get; }

    /// <summary>Number of rows; null where bad files are skipped, because only reading tells.</summary>
    public long? GetRowCount() => Options.OnBadImage == BadImagePolicy.Throw ? FileCount : null;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new ImageFilesCursor(this, Order(rand), first: 0, step: 1, columnsNeeded);

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        int count = Listing.IsSequential ? 1 : Math.Clamp(n, 1, FileCount);
        int[] order = Order(rand);
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        return [.. Enumerable.Range(0, count).Select(first => new ImageFilesCursor(this, order, first, count, columns))];
    }

    /// <summary>
    /// Whether the file has a row; null if it must be decoded to know. Which rows there are must not depend on the columns that a cursor reads, so
    /// where bad files are skipped each is tried once, by whoever comes first; who does not want the pixels leaves them in <see cref="Kept"/>.
    /// </summary>
    internal bool? IsGood(int index)
    {
        if (Options.OnBadImage == BadImagePolicy.Throw || _good.ContainsKey(index))
            return true;
        return _skipped.ContainsKey(index) ? false : null;
    }

    /// <summary>Takes note of what decoding a file has shown, and tells whether it has a row.</summary>
    internal bool Keeps(int index, string? reason)
    {
        if (Options.OnBadImage == BadImagePolicy.Throw)
            return true;
        if (reason is null)
        {
            _good.TryAdd(index, true);
            return true;
        }
        string path = Listing.Entries[index].Path;
        if (_skipped.TryAdd(index, new SkippedImage(path, reason)))
            MLNetInternals.Warn(_environment, $"'{path}' is left out: {reason}.");
        return false;
    }

    private int[] Order(Random? rand)
    {
        int[] order = [.. Enumerable.Range(0, FileCount)];
        if (CanShuffle)
            rand?.Shuffle(order);
        return order;
    }
}
