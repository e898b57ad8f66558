using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Serve.Images;

/// <summary>An image as answers show it: no path of the machine is in it.</summary>
/// <param name="Id">What tells it from all others.</param>
/// <param name="Name">Its path from the indexed folder.</param>
/// <param name="Width">Width in pixels, upright.</param>
/// <param name="Height">Height in pixels, upright.</param>
/// <param name="Bytes">Size of its file.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Thumbnail">Where a small one is.</param>
/// <param name="File">Where the file itself is.</param>
internal sealed record ServedImage(
    long Id, string Name, int Width, int Height, long Bytes, IReadOnlyList<string> Labels, string Thumbnail, string File)
{
    private const int VersionLength = 12;

    public static ServedImage Of(CollectionImage image) => new(
        image.Id, image.Folder.Length > 0 ? image.RelativePath : Path.GetFileName(image.Path), image.Width, image.Height, image.Size, image.Labels,
        // Another content is another address, so that browsers may keep it for good.
        $"/images/{image.Id}/thumbnail?v={image.ContentHash[..VersionLength]}", $"/images/{image.Id}/file");
}

/// <summary>An image that a search found.</summary>
/// <param name="Image">The image.</param>
/// <param name="Distance">Bits in which its code differs from the query's.</param>
internal sealed record ServedMatch(ServedImage Image, int Distance)
{
    public static ServedMatch Of(CollectionMatch match) => new(ServedImage.Of(match.Image), match.Distance);
}
