using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace SSAH.MLNet;

/// <summary>
/// The images below a folder as rows <c>ImagePath</c> (text), <c>Label</c> (text: the name of the folder that the file lies in, empty at
/// the top) and <c>Pixels</c> (<c>Vector&lt;Byte&gt;</c>, RGB, 0 to 255). Files are decoded when their row is read; rows are in the order
/// of their paths.
/// </summary>
public sealed class ImageFolder : IDataView
{
    internal const int PathIndex = 0;
    internal const int LabelIndex = 1;
    internal const int PixelsIndex = 2;
    private readonly ConcurrentDictionary<int, SkippedImage> _skipped = new();
    private readonly ConcurrentDictionary<int, bool> _good = new();
    private readonly IHostEnvironment _environment;
    private readonly string[] _files;

    internal ImageFolder(IHostEnvironment environment, string path, int imageWidth, int imageHeight, ImageFolderOptions options)
    {
        _environment = environment;
        Path = path;
        Options = options;
        Shape = new PixelShape(3, imageHeight, imageWidth);
        Reader = new ImageReader(imageWidth, imageHeight, options, options.Interleaved);
        var endings = new HashSet<string>(options.Extensions, StringComparer.OrdinalIgnoreCase);
        _files = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => endings.Contains(System.IO.Path.GetExtension(file))).Order(StringComparer.Ordinal)];
        if (_files.Length == 0)
            throw new InvalidDataException($"There is no image below '{path}' (endings: {string.Join(", ", options.Extensions)}).");
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("ImagePath", TextDataViewType.Instance);
        builder.AddColumn("Label", TextDataViewType.Instance);
        builder.AddColumn("Pixels", options.Interleaved
            ? new VectorDataViewType(NumberDataViewType.Byte, imageHeight, imageWidth, 3)
            : new VectorDataViewType(NumberDataViewType.Byte, 3, imageHeight, imageWidth));
        Schema = builder.ToSchema();
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Number of files with one of the endings, bad ones included.</summary>
    public int FileCount => _files.Length;

    /// <summary>The files left out so far, in the order of their paths. Complete once all rows have been read.</summary>
    public IReadOnlyList<SkippedImage> Skipped => [.. _skipped.OrderBy(each => each.Key).Select(each => each.Value)];

    /// <inheritdoc/>
    public bool CanShuffle => true;

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    internal ImageFolderOptions Options { get; }

    internal PixelShape Shape { get; }

    internal ImageReader Reader { get; }

    /// <summary>Number of rows; null where bad files are skipped, because only reading tells.</summary>
    public long? GetRowCount() => Options.OnBadImage == BadImagePolicy.Throw ? _files.Length : null;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new ImageFolderCursor(this, Order(rand), first: 0, step: 1, columnsNeeded);

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        int count = Math.Clamp(n, 1, _files.Length);
        int[] order = Order(rand);
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        return [.. Enumerable.Range(0, count).Select(first => new ImageFolderCursor(this, order, first, count, columns))];
    }

    internal string FileOf(int index) => _files[index];

    internal string LabelOf(int index)
    {
        string folder = System.IO.Path.GetDirectoryName(_files[index])!;
        return System.IO.Path.GetRelativePath(Path, folder) == "." ? "" : System.IO.Path.GetFileName(folder);
    }

    /// <summary>
    /// Whether the file has a row. Which rows there are must not depend on the columns that a cursor reads, so a file is tried once, by whoever
    /// comes first.
    /// </summary>
    /// <param name="index">Number of the file.</param>
    /// <param name="pixels">Takes the pixels where the file had to be tried.</param>
    /// <param name="isDecoded">Whether <paramref name="pixels"/> were written.</param>
    internal bool HasRow(int index, byte[] pixels, out bool isDecoded)
    {
        isDecoded = false;
        if (Options.OnBadImage == BadImagePolicy.Throw || _good.ContainsKey(index))
            return true;
        if (_skipped.ContainsKey(index))
            return false;
        string? reason = Reader.Read(_files[index], pixels);
        if (reason is null)
        {
            isDecoded = true;
            _good.TryAdd(index, true);
            return true;
        }
        if (_skipped.TryAdd(index, new SkippedImage(_files[index], reason)))
            MLNetInternals.Warn(_environment, $"'{_files[index]}' is left out: {reason}.");
        return false;
    }

    private int[] Order(Random? rand)
    {
        int[] order = [.. Enumerable.Range(0, _files.Length)];
        rand?.Shuffle(order);
        return order;
    }
}
