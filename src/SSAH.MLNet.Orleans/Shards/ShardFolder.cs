using System.Globalization;

namespace SSAH.MLNet.Orleans.Shards;

/// <summary>
/// The files of one shard. A generation is a file of codes (an index file of SSAH.MLNet.Hashing; generation 0 has none) and a log of what was written since.
/// Only who holds the lock writes.
/// </summary>
internal sealed class ShardFolder(string path)
{
    private const string LogEnding = ".log", CodesEnding = ".codes";

    public string Path { get; } = path;

    public string LogPath(long generation) => PathOf(generation, LogEnding);

    public string CodesPath(long generation) => PathOf(generation, CodesEnding);

    /// <summary>The last generation that has a log, or -1.</summary>
    public long LatestGeneration() => !Directory.Exists(Path) ? -1
        : Directory.EnumerateFiles(Path, "*" + LogEnding).Select(GenerationOf).DefaultIfEmpty(-1).Max();

    /// <summary>
    /// Waits until nobody else writes, in this process or in any other that sees the folder. The lock goes with its process: one that is killed leaves none.
    /// </summary>
    /// <exception cref="OperationCanceledException">The wait took too long.</exception>
    public async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryLock() is { } held)
                return held;
            await Task.Delay(2, cancellationToken);
        }
    }

    /// <summary>The lock, or null while another has it.</summary>
    public IDisposable? TryLock()
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(Path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException error) when (IsHeld(error))
        {
            return null;
        }
    }

    // ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION; EWOULDBLOCK of Linux, and of macOS and BSD.
    private static bool IsHeld(IOException error) =>
        OperatingSystem.IsWindows() ? (error.HResult & 0xFFFF) is 32 or 33 : error.HResult == (OperatingSystem.IsLinux() ? 11 : 35);

    /// <summary>Deletes older generations, and what killed writers left beside them. Readers that have a log open go on reading it.</summary>
    public void DeleteBefore(long generation)
    {
        foreach (string file in Directory.EnumerateFiles(Path))
        {
            if (file.EndsWith(".tmp", StringComparison.Ordinal) || GenerationOf(file) is >= 0 and var old && old < generation)
                File.Delete(file);
        }
    }

    private static long GenerationOf(string file) =>
        (file.EndsWith(LogEnding, StringComparison.Ordinal) || file.EndsWith(CodesEnding, StringComparison.Ordinal))
        && long.TryParse(System.IO.Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out long generation)
            ? generation : -1;

    private string PathOf(long generation, string ending) =>
        System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"{generation:D8}{ending}"));
}
