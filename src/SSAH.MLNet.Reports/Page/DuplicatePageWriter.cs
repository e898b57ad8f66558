using System.Globalization;
using System.Text;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Page;

/// <summary>Puts the page of duplicates together.</summary>
internal static class DuplicatePageWriter
{
    private const int LargestSide = 192;

    public static string ToHtml(DuplicateReport report, string folder, CancellationToken cancellation)
    {
        (int Number, DuplicateGroup Group)[] shown = [
            .. report.Groups.Select((group, i) => (i + 1, group)).OrderBy(each => CertaintyOf(each.group)).ThenBy(each => each.Item1)
            .Take(DuplicatePage.MaxGroups)];
        var html = new StringBuilder();
        PageWriter.AppendHead(html, $"Copies in {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}", Summary(report));
        html.Append("</header>\n");
        AppendGroups(html, shown, folder, cancellation);
        PageWriter.AppendNotes(html, "How to read this", Notes(report, shown.Length));
        html.Append("</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static string Summary(DuplicateReport report) => report.Groups.Count == 0
        ? $"No copies among {Count(report.Files)} images."
        : string.Create(CultureInfo.InvariantCulture,
            $"{Count(report.CopyCount)} of {Count(report.Files)} images are copies of another one, in {Count(report.Groups.Count)} groups; ")
            + $"without them there would be {Bytes(report.CopyBytes)} less.";

    // What somebody should look at comes first: other content, then less likeness; files that are the same come last.
    private static double CertaintyOf(DuplicateGroup group) => group.Copies.Min(copy => copy.Kind switch
    {
        DuplicateKind.Whole or DuplicateKind.Captioned => copy.Similarity - 2,
        DuplicateKind.Part => copy.Similarity - 1,
        DuplicateKind.SameFile => 2,
        _ => copy.Similarity,
    });

    private static void AppendGroups(StringBuilder html, (int Number, DuplicateGroup Group)[] shown, string folder, CancellationToken cancellation)
    {
        if (shown.Length == 0)
            return;
        DuplicateImage[] images = [.. shown.SelectMany(each => each.Group.Images)];
        string[] pictures = new string[images.Length];
        Parallel.For(0, images.Length, new ParallelOptions { CancellationToken = cancellation }, i => pictures[i] = Picture(images[i]));
        html.Append("<section class=\"copies\">\n<h2>Groups, the doubtful first</h2>\n");
        int next = 0;
        foreach ((int number, DuplicateGroup group) in shown)
        {
            html.Append($"<article id=\"group{number}\">\n<h3>Group {number}</h3>\n<ul>\n");
            foreach (DuplicateImage image in group.Images)
                AppendImage(html, image, pictures[next++], folder);
            html.Append("</ul>\n</article>\n");
        }
        html.Append("</section>\n");
    }

    private static void AppendImage(StringBuilder html, DuplicateImage image, string picture, string folder)
    {
        bool isKept = image.Kind == DuplicateKind.Kept;
        html.Append($"""
            <li class="{(isKept ? "kept" : "copy")}">{picture}
            <p><b>{(isKept ? "kept" : Text(What(image)))}</b>
            <span>{image.Width} x {image.Height}, {Bytes(image.FileSize)}{(isKept || image.Kind == DuplicateKind.SameFile ? ""
                : $", {Percent(image.Similarity)} alike")}</span>
            <span class="path">{Text(Path.GetRelativePath(folder, Path.GetFullPath(image.Path)))}</span></p></li>

            """);
    }

    private static string What(DuplicateImage image) => image.Kind switch
    {
        DuplicateKind.SameFile => "same file",
        DuplicateKind.Part => "a part of it",
        DuplicateKind.Whole => "shows more than it",
        DuplicateKind.Captioned => "other edge",
        _ => "same image",
    } + (image.Pose switch
    {
        ImagePose.Upright => "",
        ImagePose.Turned90 or ImagePose.Turned180 or ImagePose.Turned270 => ", turned",
        ImagePose.Mirrored => ", mirrored",
        _ => ", mirrored and turned",
    });

    private static string Picture(DuplicateImage image)
    {
        double scale = Math.Min(1, (double)LargestSide / Math.Max(image.Width, image.Height));
        int width = Math.Max(1, (int)Math.Round(image.Width * scale)), height = Math.Max(1, (int)Math.Round(image.Height * scale));
        var reader = new ImageReader(width, height, new ImageReadingOptions());
        byte[] rgb = new byte[reader.Size];
        return reader.Read(image.Path, rgb) is { } reason
            ? $"<span class=\"gone\">{Text(reason)}</span>"
            : $"<img src=\"{Thumbnail.DataUri(new ReportImage(width, height, rgb))}\" width=\"{width}\" height=\"{height}\" alt=\"\">";
    }

    private static string[] Notes(DuplicateReport report, int shown) =>
    [
        "Nothing was moved by looking. With --apply the copies go into a trash folder, those of groups that are named after --skip stay, and --undo brings "
            + "them back.",
        "Each copy was compared with the kept image pixel by pixel, after turns, mirroring and crops were undone and brightness was made alike.",
        "\u201cShows more than it\u201d: the kept image is a part of this one, although it has more pixels. \u201cOther edge\u201d: one of the two has a "
            + "caption or another border. Neither is moved without --all.",
        .. shown < report.Groups.Count ? (string[])[
            $"The page shows {Count(shown)} of {Count(report.Groups.Count)} groups, the most doubtful; --json has all."] : [],
        .. report.Uniform.Count > 0 ? (string[])[
            $"{Count(report.Uniform.Count)} images have one color only and count as copies only where the files are the same."] : [],
        .. report.Skipped.Count > 0 ? (string[])[$"{Count(report.Skipped.Count)} files cannot be read."] : [],
    ];

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    private static string Bytes(long bytes) => bytes >= 1_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, bytes / 1e3):0} KB");
}
