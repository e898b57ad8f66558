using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Duplicates;

namespace SSAH.MLNet;

public sealed partial class HashRetrievalCatalog
{
    /// <summary>
    /// Finds the queries of which a copy lies among other images: those of the database, or those that a model learned from. Figures of such queries
    /// measure memory. Copies are what <see cref="FindDuplicates"/> finds: by perceptual hashes, and a second look at the pixels.
    /// </summary>
    /// <remarks>Every file is read once; the result does not depend on the order of the files or the number of threads. About 3.5 KB an image.</remarks>
    /// <param name="queries">Files of the queries; one that is named twice counts once.</param>
    /// <param name="others">Files where no copy should be. A path that is in both lists is a leak, too.</param>
    /// <param name="options">What counts as a copy; <see cref="DuplicateOptions.Keep"/> does not matter. Null takes the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing.</exception>
    public LeakReport FindLeaks(
        IReadOnlyList<string> queries, IReadOnlyList<string> others, DuplicateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(others);
        return Said(LeakSearch.Find(queries, others, options ?? new DuplicateOptions(), cancellationToken));
    }

    /// <summary>Finds the images of which a copy lies among the others, where each is searched among the others: a path is no leak of itself.</summary>
    /// <param name="paths">Files; one that is named twice counts once.</param>
    /// <param name="options">What counts as a copy; null takes the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing.</exception>
    public LeakReport FindLeaks(IReadOnlyList<string> paths, DuplicateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Said(LeakSearch.Find(paths, null, options ?? new DuplicateOptions(), cancellationToken));
    }

    /// <summary>Finds the rows of queries whose file has a copy among other rows; where both are one object, each image is searched among the others.</summary>
    /// <param name="queries">Queries.</param>
    /// <param name="others">The database, or the rows that a model learned from.</param>
    /// <param name="pathColumnName">Text column of paths, as <c>LoadImageFolder</c> and its like add it.</param>
    /// <param name="options">What counts as a copy; null takes the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="ArgumentException">A view has no such column.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing.</exception>
    public LeakReport FindLeaks(
        IDataView queries, IDataView others, string pathColumnName = "ImagePath", DuplicateOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(others);
        IReadOnlyList<string> asked = PathsOf(queries, pathColumnName, nameof(queries));
        return ReferenceEquals(queries, others)
            ? FindLeaks(asked, options, cancellationToken)
            : FindLeaks(asked, PathsOf(others, pathColumnName, nameof(others)), options, cancellationToken);
    }

    private LeakReport Said(LeakReport report)
    {
        Note("FindLeaks", $"{report}");
        return report;
    }

    private static string[] PathsOf(IDataView view, string column, string parameter) =>
        view.Schema.GetColumnOrNull(column) is { Type: TextDataViewType }
            ? [.. view.GetColumn<string>(column)]
            : throw new ArgumentException(
                $"There is no text column '{column}' of paths. The data has: {string.Join(", ", view.Schema.Select(each => each.Name))}.", parameter);
}
