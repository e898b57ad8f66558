namespace SSAH.MLNet.Cli.Export;

/// <summary>Writes a file beside its place and renames it, so that it appears whole or not at all.</summary>
internal static class WholeFile
{
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path), beside = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(beside, FileMode.CreateNew))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(beside, full, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
