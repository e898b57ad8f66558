namespace SSAH.MLNet.Orleans.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-shards-");

    public string Path => _folder.FullName;

    public string At(params string[] names) => System.IO.Path.Combine([_folder.FullName, .. names]);

    public void Dispose() => _folder.Delete(recursive: true);
}
