using System.ComponentModel.DataAnnotations;

namespace SSAH.MLNet.Orleans;

/// <summary>How silos host an index. All silos of a cluster are given the same.</summary>
public sealed class ShardedHashIndexOptions
{
    /// <summary>The folder of all indexes, which every silo sees: a local disk where all silos are on one machine, else a network file system whose
    /// locks hold (NFS 4, SMB). Required.</summary>
    /// <value>Each index has a folder of its name in it.</value>
    public string Folder { get; set; } = "";

    /// <summary>Code length in bits. Required; it cannot be changed once the index has files.</summary>
    /// <value>1 to 4,096.</value>
    [Range(1, 4096)]
    public int Bits { get; set; }

    /// <summary>Number of shards: the ids are spread over them by hash. It cannot be changed once the index has files, so that more than there are
    /// silos now leaves room to grow. Default 8.</summary>
    /// <value>1 to 1,024.</value>
    [Range(1, 1024)]
    public int Shards { get; set; } = 8;

    /// <summary>Number of replicas of each shard, on different silos where there are as many. All read the same files; with two, one that is lost is
    /// not missed. Default 1.</summary>
    /// <value>1 to 8.</value>
    [Range(1, 8)]
    public int Replicas { get; set; } = 1;

    /// <summary>A search that one replica has not answered by then is sent to the next one too, and the first answer counts. Default 200 ms.</summary>
    /// <value>1 ms to 1 hour.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan AskAnotherAfter { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Threads of a search in one shard; 0 is one for each processor. Default 1: the shards of a silo are searched at the same time
    /// already.</summary>
    /// <value>0 to 1,024.</value>
    [Range(0, 1024)]
    public int SearchThreads { get; set; } = 1;

    /// <summary>
    /// The log of a shard is taken into its file of codes when it has as many bytes, and half of that file's. A longer log is written more rarely and
    /// takes longer to read when a shard starts. Default 64 MiB.
    /// </summary>
    /// <value>4,096 or more.</value>
    [Range(4096, long.MaxValue)]
    public long CompactAfterBytes { get; set; } = 64 << 20;

    /// <summary>Matches of one answer, 12 bytes each, so that it fits a message of Orleans; less for tests.</summary>
    internal int MostMatches { get; set; } = 1 << 22;

    /// <summary>For tests: how often a replica looks whether it is where it belongs.</summary>
    internal TimeSpan LookAtPlaceEvery { get; set; } = TimeSpan.FromSeconds(10);
}
