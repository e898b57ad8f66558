using System.Security.Cryptography;
using System.Text.RegularExpressions;
using SSAH.MLNet.Cli.Duplicates;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Serve.Images;

/// <summary>
/// The folder of images that were uploaded. A file is named after its content: the same image sent again, as after an answer that got lost, is the same
/// file. It lies among the photos, so that <c>ssah index</c> knows it too.
/// </summary>
/// <param name="folder">The folder; made with the first image.</param>
/// <param name="photos">The folder whose trash takes removed files.</param>
internal sealed partial class UploadFolder(string folder, string photos)
{
    private const int NameBytes = 16;
    private readonly Lock _trashing = new();

    /// <summary>Full path of the folder.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(folder);

    /// <summary>Writes an image to the disk, all of it or nothing.</summary>
    /// <returns>Full path of the file.</returns>
    public string Store(UploadedImage image)
    {
        Directory.CreateDirectory(Path);
        image.Content.Position = 0;
        string name = Convert.ToHexStringLower(SHA256.HashData(image.Content).AsSpan(0, NameBytes));
        string file = System.IO.Path.Combine(Path, name + image.Kind.Extension);
        image.Content.Position = 0;
        if (!File.Exists(file))
            AtomicFile.Write(file, stream => image.Content.CopyTo(stream));
        return file;
    }

    /// <summary>Moves a file of this folder into the trash; others stay where they are.</summary>
    /// <returns>Whether it was moved.</returns>
    public bool Discard(string file)
    {
        if (!IsOwn(file) || !File.Exists(file))
            return false;
        lock (_trashing)
            new DuplicateTrash(DuplicateTrash.DefaultFor(photos)).Move(photos, [file], CancellationToken.None);
        return true;
    }

    /// <summary>Whether a file was written here.</summary>
    public bool IsOwn(string file) => System.IO.Path.GetDirectoryName(file) == Path && OwnName().IsMatch(System.IO.Path.GetFileName(file));

    [GeneratedRegex(@"^[0-9a-f]{32}\.[a-z]{3,4}$")]
    private static partial Regex OwnName();
}
