using SSAH.MLNet.Orleans.Shards;

namespace SSAH.MLNet.Orleans.Tests.Shards;

/// <summary>One shard of an index of one, with its files in a temporary folder.</summary>
internal sealed class ShardFiles : IDisposable
{
    public const int Bits = 40;

    private readonly TempFolder _folder = new();

    public ShardFiles(long compactAfterBytes = 1 << 20)
    {
        Options = new ShardedHashIndexOptions { Folder = _folder.Path, Bits = Bits, Shards = 1, CompactAfterBytes = compactAfterBytes };
        IndexManifest.EnsureAsync("test", Options, CancellationToken.None).GetAwaiter().GetResult();
    }

    public ShardedHashIndexOptions Options { get; }

    public ShardFolder Folder => IndexManifest.FolderOf(new ShardName("test", 0, 1), Options);

    public string[] Files => [.. Directory.GetFiles(Folder.Path).Where(file => Path.GetFileName(file) != "lock").Order(StringComparer.Ordinal)];

    /// <summary>A process's view of the shard.</summary>
    public Shard Open() => new(new ShardName("test", 0, 1), Folder, Bits, Options.CompactAfterBytes);

    /// <summary>Appends a record to the first log, whatever it says.</summary>
    public void Append(LogRecord record)
    {
        using var log = new FileStream(Folder.LogPath(0), FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        log.Write(record.ToBytes(log.Position));
    }

    public void Dispose() => _folder.Dispose();

    private static uint Soon => DoneOperations.Now + 60;

    public static LogRecord Upsert(long[] ids, BinaryCodes codes, string? modelId = null) =>
        new(LogRecordKind.Upsert, Guid.NewGuid(), ids, codes.Words.ToArray(), modelId) { Until = Soon };

    public static LogRecord Remove(params long[] ids) => new(LogRecordKind.Remove, Guid.NewGuid(), ids, [], null) { Until = Soon };

    /// <summary>The ids and codes that a shard has.</summary>
    public static Dictionary<long, ulong> Contents(Shard shard)
    {
        CodeSnapshot codes = shard.Current().Codes;
        return codes.LivingSlots().ToDictionary(codes.IdOf, slot => codes.SegmentOf(slot) is var segment ? segment.Row(slot - segment.FirstSlot)[0] : 0);
    }
}
