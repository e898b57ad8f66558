using SSAH.MLNet.Duplicates;

namespace SSAH.MLNet;

public sealed partial class HashRetrievalCatalog
{
    /// <summary>Finds copies among image files: the same image in another size, format, brightness or pose, cropped or with a caption.</summary>
    /// <remarks>
    /// Every file is read once and in parallel; 64-bit perceptual hashes of its views are joined exactly, and each pair that they bring together is
    /// compared pixel by pixel. The result does not depend
    /// on the order of the files. Memory: about 3.5 KB an image. Damaged files are left out and said.
    /// </remarks>
    /// <param name="paths">The files; one that is named twice counts once.</param>
    /// <param name="options">What counts as a copy, and which image of a group to keep; null takes the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing.</exception>
    public DuplicateReport FindDuplicates(IReadOnlyList<string> paths, DuplicateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        DuplicateReport report = DuplicateFinder.Find(paths, options ?? new DuplicateOptions(), cancellationToken);
        Note("FindDuplicates", $"{report}");
        return report;
    }
}
