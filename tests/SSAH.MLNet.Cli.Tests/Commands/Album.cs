namespace SSAH.MLNet.Cli.Tests.Commands;

/// <summary>A folder of photos that is indexed by perceptual hashes: twelve scenes in two folders, and scene 0 once more on its side.</summary>
public sealed class Album : IDisposable
{
    private readonly TempFolder _folder = new();

    public Album()
    {
        DrawnPhotos.Write(_folder.At("photos", "red"), 6);
        DrawnPhotos.Write(_folder.At("photos", "blue"), 6, first: 6);
        _folder.Write("photos/blue/turned.jpg", DrawnPhotos.OnItsSide(0));
        _folder.Write("photos/.hidden/99.jpg", DrawnPhotos.Scene(99));
        _folder.Write("photos/notes.txt", "no image"u8.ToArray());
        _folder.Write("photos/broken.jpg", DrawnPhotos.Scene(3)[..200]);
        _folder.Write("other/small.jpg", DrawnPhotos.Small(4));
        _folder.Write("other/twelve.jpg", DrawnPhotos.Scene(12));
        First = MLNet.Cli.Tests.Run.Done("index", Photos, "--model", "phash", "--json");
    }

    /// <summary>The indexed folder.</summary>
    public string Photos => _folder.At("photos");

    /// <summary>What the first index said.</summary>
    internal Run First { get; }

    /// <summary>A path from the top.</summary>
    public string At(params string[] parts) => _folder.At(parts);

    /// <summary>Writes a text file.</summary>
    public string Write(string name, string text) => _folder.Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public void Dispose() => _folder.Dispose();
}
