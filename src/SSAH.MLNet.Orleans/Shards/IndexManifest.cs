using System.Globalization;
using System.Text.Json;

namespace SSAH.MLNet.Orleans.Shards;

/// <summary>What all shards of an index have in common, in its folder. It is written last: an index that has one has all of its shards.</summary>
/// <param name="Version">Of the format.</param>
/// <param name="Bits">Length of the codes.</param>
/// <param name="Shards">Number of shards.</param>
/// <param name="Id">Of these files: a silo that sees another folder has another one.</param>
/// <param name="ModelId">The model of the codes, from the first write of codes that name one.</param>
internal sealed record IndexManifest(int Version, int Bits, int Shards, Guid Id, string? ModelId = null)
{
    private const int CurrentVersion = 1;

    private const string FileName = "index.json";

    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(1);

    /// <summary>Makes the files of an index that is not there yet, or looks whether what is there is what is asked for.</summary>
    /// <exception cref="DamagedFileException">The manifest is damaged.</exception>
    /// <exception cref="InvalidOperationException">The index was made with other bits or shards.</exception>
    /// <exception cref="TimeoutException">Another process has the lock of the index's folder.</exception>
    public static async Task EnsureAsync(string index, ShardedHashIndexOptions options, CancellationToken cancellationToken)
    {
        string path = PathOf(index, options);
        if (!File.Exists(path))
        {
            string folder = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(folder);
            using IDisposable held = await LockAsync(folder, cancellationToken);
            if (!File.Exists(path))
                Create(path, index, options);
        }
        ThrowIfOther(Read(path), path, index, options);
    }

    /// <summary>The id of the files that this process sees.</summary>
    /// <exception cref="DamagedFileException">The manifest is damaged or missing.</exception>
    public static Guid IdOf(string index, ShardedHashIndexOptions options)
    {
        string path = PathOf(index, options);
        IndexManifest manifest = Read(path);
        ThrowIfOther(manifest, path, index, options);
        return manifest.Id;
    }

    /// <summary>The model of the index, or null where no codes with one were written yet.</summary>
    /// <exception cref="DamagedFileException">The manifest is damaged or missing.</exception>
    public static string? ModelIdOf(string index, ShardedHashIndexOptions options) => Read(PathOf(index, options)).ModelId;

    /// <summary>Makes a model that of the index, where it has none yet.</summary>
    /// <exception cref="ArgumentException">The index has codes of another model.</exception>
    /// <exception cref="DamagedFileException">The manifest is damaged or missing.</exception>
    /// <exception cref="TimeoutException">Another process has the lock of the index's folder.</exception>
    public static async Task EnsureModelAsync(string index, ShardedHashIndexOptions options, string modelId, CancellationToken cancellationToken)
    {
        string path = PathOf(index, options);
        if (Read(path).ModelId is null)
        {
            using IDisposable held = await LockAsync(Path.GetDirectoryName(path)!, cancellationToken);
            IndexManifest manifest = Read(path);
            if (manifest.ModelId is null)
                Write(path, manifest with { ModelId = modelId });
        }
        if (Read(path).ModelId is { } ours && ours != modelId)
            throw new ArgumentException($"Index '{index}' has codes of model '{ours}'; these come from model '{modelId}'. Codes of different models "
                + "cannot be compared: encode both with the same model.");
    }

    /// <summary>The folder of a shard.</summary>
    public static ShardFolder FolderOf(ShardName name, ShardedHashIndexOptions options) =>
        new(Path.Combine(options.Folder, name.Index, FormattableString.Invariant($"shard-{name.Shard:D4}")));

    private static string PathOf(string index, ShardedHashIndexOptions options) => Path.Combine(Path.GetFullPath(options.Folder), index, FileName);

    private static void Create(string path, string index, ShardedHashIndexOptions options)
    {
        for (int shard = 0; shard < options.Shards; shard++)
        {
            var name = new ShardName(index, shard, options.Shards);
            ShardFolder folder = FolderOf(name, options);
            Directory.CreateDirectory(folder.Path);
            // Files without a manifest are what a silo left that was killed here, or what somebody deleted the manifest of.
            if (folder.LatestGeneration() < 0)
                ShardLog.Create(folder.LogPath(0), name, options.Bits, generation: 0);
        }
        Write(path, new IndexManifest(CurrentVersion, options.Bits, options.Shards, Guid.NewGuid()));
    }

    private static void Write(string path, IndexManifest manifest) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, manifest));

    private static async Task<IDisposable> LockAsync(string folder, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_longestWait);
        try
        {
            return await new ShardFolder(folder).LockAsync(limit.Token);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Another process has had the lock of '{folder}' for a minute. Is a silo hanging that has it, and do file locks work on "
                + "this folder?", error);
        }
    }

    private static IndexManifest Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<IndexManifest>(File.ReadAllBytes(path))!;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DamagedFileException($"'{path}' is missing. Does this silo see the folder that all silos share? Mount it, and start the silo "
                + "again.", error);
        }
        catch (JsonException error)
        {
            throw new DamagedFileException($"Cannot read '{path}': it is damaged. Restore it from a backup.", error);
        }
    }

    private static void ThrowIfOther(IndexManifest manifest, string path, string index, ShardedHashIndexOptions options)
    {
        if (manifest is null || manifest.Version != CurrentVersion || manifest.Id == Guid.Empty)
            throw new DamagedFileException(string.Create(CultureInfo.InvariantCulture,
                $"Cannot read '{path}': it has format version {manifest?.Version} and id {manifest?.Id}, and this library reads version {CurrentVersion} ")
                + "with an id. Restore it from a backup.");
        if (manifest.Bits != options.Bits || manifest.Shards != options.Shards)
            throw new InvalidOperationException(FormattableString.Invariant(
                $"Index '{index}' in '{options.Folder}' has {manifest.Shards} shards with codes of {manifest.Bits} bits; the options say {options.Shards} ")
                + FormattableString.Invariant($"shards and {options.Bits} bits. Set Shards = {manifest.Shards} and Bits = {manifest.Bits}, or take another ")
                + "name or folder and add the codes there.");
    }
}
