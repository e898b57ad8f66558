using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Training.Checkpoints;

/// <summary>The checkpoints of one training: a folder with a folder for each, written beside and renamed, so that one is there whole or not at all.</summary>
internal static class CheckpointFolder
{
    private const string Prefix = "step-", Unfinished = ".unfinished-", Manifest = "manifest.json", Ending = ".safetensors";

    // A manifest holds some hundred reports.
    private const int MaxManifestBytes = 16 << 20;

    /// <summary>The checkpoints of a folder, the last one first.</summary>
    public static IReadOnlyList<(int Step, string Path)> List(string folder) => !Directory.Exists(folder) ? [] :
    [
        .. from path in Directory.EnumerateDirectories(folder, Prefix + "*")
           let step = int.TryParse(Path.GetFileName(path.AsSpan())[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
               ? number : -1
           where step >= 0
           orderby step descending
           select (step, path),
    ];

    /// <summary>Writes a checkpoint and gives its folder.</summary>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static string Write(string folder, Checkpoint checkpoint)
    {
        string unfinished = Path.Combine(folder, Unfinished + Guid.NewGuid().ToString("N"));
        string finished = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{checkpoint.Training.Step:D9}"));
        Directory.CreateDirectory(unfinished);
        try
        {
            CheckpointFile[] files = [.. checkpoint.Tensors.Select(file => WriteFile(unfinished, file.Key + Ending, stream =>
                SafeTensors.Write(stream, file.Value)))];
            byte[] manifest = new CheckpointManifest(CheckpointManifest.CurrentFormat, checkpoint.Identity, checkpoint.Training, checkpoint.Run,
                files).ToJson();
            WriteFile(unfinished, Manifest, stream => stream.Write(manifest));
            if (Directory.Exists(finished))
                Directory.Delete(finished, recursive: true);
            Directory.Move(unfinished, finished);
        }
        catch
        {
            Delete(unfinished);
            throw;
        }
        return finished;
    }

    /// <summary>Reads a checkpoint; every byte is compared with the manifest.</summary>
    /// <exception cref="DamagedFileException">A file is missing, is of another format or differs from what was written.</exception>
    public static StoredCheckpoint Read(string path)
    {
        var manifest = ReadManifest(path);
        var tensors = new Dictionary<string, IReadOnlyDictionary<string, StoredTensor>>(StringComparer.Ordinal);
        foreach (var file in manifest.Files)
        {
            if (file.Name != Path.GetFileName(file.Name) || !file.Name.EndsWith(Ending, StringComparison.Ordinal))
                throw new DamagedFileException($"'{path}' names a file '{file.Name}', which is none of a checkpoint.");
            string name = Path.Combine(path, file.Name);
            if (!IsOrdinaryFile(name) || new FileInfo(name).Length is var length && length != file.Length)
                throw new DamagedFileException($"'{name}' is missing, or does not have the {file.Length} bytes that were written.");
            byte[] bytes = FileBytes.Read(name, file.Length, what => new DamagedFileException($"'{name}' {what}."));
            if (!Convert.ToHexString(SHA256.HashData(bytes)).Equals(file.Sha256, StringComparison.OrdinalIgnoreCase))
                throw new DamagedFileException($"'{name}' is damaged: its SHA-256 is not the manifest's.");
            if (!tensors.TryAdd(file.Name[..^Ending.Length], SafeTensors.Read(bytes, name)))
                throw new DamagedFileException($"'{path}' names the file '{file.Name}' twice.");
        }
        return new StoredCheckpoint(path, manifest, tensors);
    }

    /// <summary>Whether a folder is a checkpoint, whole or not.</summary>
    public static bool IsCheckpoint(string path) => File.Exists(Path.Combine(path, Manifest));

    /// <summary>Whether a checkpoint can be read.</summary>
    public static bool IsWhole(string path)
    {
        try
        {
            Read(path);
            return true;
        }
        catch (DamagedFileException)
        {
            return false;
        }
    }

    /// <summary>What the last validation before a checkpoint said; null where there was none, or the manifest is damaged.</summary>
    public static double? ValidationOf(string path)
    {
        try
        {
            return ReadManifest(path).Run.Last?.Criterion;
        }
        catch (DamagedFileException)
        {
            return null;
        }
    }

    /// <summary>Deletes a checkpoint, or what a killed program left of one: the manifest first, so that half of one is none.</summary>
    public static void Delete(string path)
    {
        try
        {
            File.Delete(Path.Combine(path, Manifest));
            Directory.Delete(path, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays, and does no harm.
        }
    }

    /// <summary>Deletes what killed programs have left half-written.</summary>
    public static void DeleteUnfinished(string folder)
    {
        foreach (string path in Directory.EnumerateDirectories(folder, Unfinished + "*"))
            Delete(path);
    }

    private static CheckpointManifest ReadManifest(string path)
    {
        string name = Path.Combine(path, Manifest);
        try
        {
            if (!IsOrdinaryFile(name))
                throw new DamagedFileException($"'{name}' is missing.");
            var manifest = CheckpointManifest.Parse(FileBytes.Read(name, MaxManifestBytes, what => new DamagedFileException($"'{name}' {what}.")));
            return manifest.Format is >= 1 and <= CheckpointManifest.CurrentFormat
                ? manifest
                : throw new DamagedFileException($"'{name}' has format {manifest.Format}; this version reads 1 to {CheckpointManifest.CurrentFormat}.");
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            throw new DamagedFileException($"'{name}' is damaged: {error.Message}", error);
        }
    }

    // A link may lead out of the folder, or to what has no end.
    private static bool IsOrdinaryFile(string name) => new FileInfo(name) is { Exists: true, LinkTarget: null };

    private static CheckpointFile WriteFile(string folder, string name, Action<Stream> write)
    {
        using var file = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        using var hash = SHA256.Create();
        using (var hashed = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
            write(hashed);
        file.Flush(flushToDisk: true);
        return new CheckpointFile(name, file.Length, Convert.ToHexString(hash.Hash!));
    }
}
