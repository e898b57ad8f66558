namespace SSAH.MLNet.Cli.Tests;

/// <summary>A folder of one test, gone when the test is over.</summary>
internal sealed class TempFolder : IDisposable
{
    // The real path: on some systems the folder for temporary files is reached by a link.
    public TempFolder() => Path = Directory.CreateTempSubdirectory("ssah-cli-").FullName;

    public string Path { get; }

    public string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public string Write(string relative, byte[] bytes)
    {
        string path = At(relative.Split('/'));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
