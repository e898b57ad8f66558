using SSAH.MLNet.Reports.Page;

namespace SSAH.MLNet.Reports;

/// <summary>
/// A page about copies among images: each group beside the image that is kept, the doubtful groups first. It is one HTML file that needs nothing beside it:
/// no script, no font, no request.
/// </summary>
public static class DuplicatePage
{
    /// <summary>Groups that a page shows at most, so that browsers open it.</summary>
    internal const int MaxGroups = 500;

    /// <summary>Writes the page. It reads the images of the groups that it shows; one that cannot be read any more is shown without.</summary>
    /// <param name="path">The file; its folder is made, and a file of that name is replaced. It appears whole or not at all.</param>
    /// <param name="report">The groups.</param>
    /// <param name="folder">The folder that paths are shown from.</param>
    /// <param name="cancellationToken">Stops the reading of images.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static void Write(string path, DuplicateReport report, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        PageFile.Write(path, DuplicatePageWriter.ToHtml(report, folder, cancellationToken));
    }
}
