namespace SSAH.MLNet.Reports.Tests;

/// <summary>A folder of one test, gone when the test is over.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("ssah-reports-").FullName;

    public string At(params string[] parts) => Path.Combine([_path, .. parts]);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
