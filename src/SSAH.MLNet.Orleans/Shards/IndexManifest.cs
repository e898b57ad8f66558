using System.Globalization;
using System.Text.Json;

namespace SSAH.MLNet.Orleans.Shards;

/// <summary>What all shards of an index have in common, in its folder. It is written last: an index that has one has all of its shards.</summary>
internal sealed record IndexManifest(int Version, int Bits, int Shards)
{
    private const int CurrentVersion = 1;

    private const string FileName = "index.json";

    /// <summary>Makes the files of an index that is not there yet, or looks whether what is there is what is asked for.</summary>
    /// <exception cref="DamagedFileException">The manifest is damaged.</exception>
    /// <exception cref="InvalidOperationException">The index was made with other bits or shards.</exception>
    public static async Task EnsureAsync(string index, ShardedHashIndexOptions options, CancellationToken cancellationToken)
    {
        string path = PathOf(index, options);
        if (!File.Exists(path))
        {
            string folder = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(folder);
            using IDisposable held = await new ShardFolder(folder).LockAsync(cancellationToken);
            if (!File.Exists(path))
                Create(path, index, options);
        }
        ThrowIfOther(Read(path), path, index, options);
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
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, new IndexManifest(CurrentVersion, options.Bits, options.Shards)));
    }

    private static IndexManifest Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<IndexManifest>(File.ReadAllBytes(path))!;
        }
        catch (JsonException error)
        {
            throw new DamagedFileException($"Cannot read '{path}': it is damaged. Restore it from a backup.", error);
        }
    }

    private static void ThrowIfOther(IndexManifest manifest, string path, string index, ShardedHashIndexOptions options)
    {
        if (manifest is null || manifest.Version != CurrentVersion)
            throw new DamagedFileException(string.Create(CultureInfo.InvariantCulture,
                $"Cannot read '{path}': it has format version {manifest?.Version}, and this library reads version {CurrentVersion}."));
        if (manifest.Bits != options.Bits || manifest.Shards != options.Shards)
            throw new InvalidOperationException(FormattableString.Invariant(
                $"Index '{index}' in '{options.Folder}' has {manifest.Shards} shards with codes of {manifest.Bits} bits; the options say {options.Shards} ")
                + FormattableString.Invariant($"shards and {options.Bits} bits. Set Shards = {manifest.Shards} and Bits = {manifest.Bits}, or take another ")
                + "name or folder and add the codes there.");
    }
}
