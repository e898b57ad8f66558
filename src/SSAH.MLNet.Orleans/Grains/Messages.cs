namespace SSAH.MLNet.Orleans.Grains;

/// <summary>What is looked for: the k nearest, or all within a radius.</summary>
[GenerateSerializer, Immutable, Alias("ssah.query")]
internal sealed record ShardQuery
{
    [Id(0)]
    public required ulong[] Words { get; init; }

    [Id(1)]
    public required int Bits { get; init; }

    [Id(2)]
    public string? ModelId { get; init; }

    /// <summary>How many are wanted of each query.</summary>
    [Id(3)]
    public int K { get; init; } = int.MaxValue;

    /// <summary>The largest distance, or -1 for the nearest.</summary>
    [Id(4)]
    public int Radius { get; init; } = -1;

    /// <summary>Id of the files that the coordinator sees.</summary>
    [Id(5)]
    public Guid Files { get; init; }

    public BinaryCodes ToCodes()
    {
        var codes = new BinaryCodes(Bits, Words.Length / ((Bits + 63) / 64)) { ModelId = ModelId };
        codes.AddWords(Words);
        return codes;
    }
}

/// <summary>Matches of a batch of queries, end to end.</summary>
[GenerateSerializer, Immutable, Alias("ssah.matches")]
internal sealed record PackedMatches
{
    [Id(0)]
    public required long[] Ids { get; init; }

    [Id(1)]
    public required int[] Distances { get; init; }

    /// <summary>Where the matches of each query end.</summary>
    [Id(2)]
    public required int[] Ends { get; init; }

    public static PackedMatches From(HammingMatch[][] rows)
    {
        int count = rows.Sum(row => row.Length), next = 0;
        var packed = new PackedMatches { Ids = new long[count], Distances = new int[count], Ends = new int[rows.Length] };
        for (int query = 0; query < rows.Length; query++)
        {
            foreach (HammingMatch match in rows[query])
                (packed.Ids[next], packed.Distances[next++]) = (match.Id, match.Distance);
            packed.Ends[query] = next;
        }
        return packed;
    }

    /// <exception cref="ArgumentException">There are more than an answer may have.</exception>
    public static void ThrowIfTooMany(long matches, int most)
    {
        if (matches > most)
            throw new ArgumentException(FormattableString.Invariant(
                $"The queries of one search find {matches} codes, and an answer has {most} at most: ask with fewer queries, a smaller radius or a smaller k."));
    }

    public int StartOf(int query) => query == 0 ? 0 : Ends[query - 1];

    public HammingMatch[][] ToRows() => [.. Ends.Select((end, query) =>
        Enumerable.Range(StartOf(query), end - StartOf(query)).Select(i => new HammingMatch(Ids[i], Distances[i])).ToArray())];
}

/// <summary>Why something was not done.</summary>
internal enum Refusal
{
    /// <summary>It was done.</summary>
    None,

    /// <summary>What was asked for is wrong, and would be wrong again.</summary>
    Argument,

    /// <summary>The cluster is not set up for it.</summary>
    Configuration,

    /// <summary>The files of a shard cannot be read or written.</summary>
    Files,

    /// <summary>The silo sees other files than the coordinator: one of them sees the wrong folder, and nobody knows which.</summary>
    OtherFiles,
}

/// <summary>What one replica of a shard found.</summary>
[GenerateSerializer, Immutable, Alias("ssah.shard-answer")]
internal sealed record ShardAnswer
{
    [Id(0)]
    public PackedMatches? Matches { get; init; }

    [Id(1)]
    public Refusal Refusal { get; init; }

    [Id(2)]
    public string? Reason { get; init; }

    /// <summary>Codes of the shard.</summary>
    [Id(3)]
    public long Count { get; init; }

    /// <summary>Time in the shard.</summary>
    [Id(4)]
    public TimeSpan Time { get; init; }
}

/// <summary>Ids, and for those that are written their codes.</summary>
[GenerateSerializer, Immutable, Alias("ssah.records")]
internal sealed record ShardRecords
{
    [Id(0)]
    public required long[] Ids { get; init; }

    /// <summary>Null where the ids are to be removed.</summary>
    [Id(1)]
    public ulong[]? Words { get; init; }

    [Id(2)]
    public int Bits { get; init; }

    [Id(3)]
    public string? ModelId { get; init; }

    /// <summary>The same whenever it is sent again.</summary>
    [Id(4)]
    public required Guid Operation { get; init; }

    /// <summary>Seconds since 1970 UTC, after which it is not written.</summary>
    [Id(5)]
    public required uint Until { get; init; }

    /// <summary>Id of the files that the coordinator sees.</summary>
    [Id(6)]
    public Guid Files { get; init; }
}

/// <summary>A shard that did not answer.</summary>
[GenerateSerializer, Immutable, Alias("ssah.missing")]
internal readonly record struct Missing([property: Id(0)] int Shard, [property: Id(1)] string Reason);

/// <summary>What the shards said together.</summary>
[GenerateSerializer, Immutable, Alias("ssah.answer")]
internal sealed record Answer
{
    [Id(0)]
    public PackedMatches? Matches { get; init; }

    [Id(1)]
    public Missing[] Missing { get; init; } = [];

    [Id(2)]
    public Refusal Refusal { get; init; }

    [Id(3)]
    public string? Reason { get; init; }

    [Id(4)]
    public long Count { get; init; }

    [Id(5)]
    public int Shards { get; init; }

    [Id(6)]
    public TimeSpan CoordinatorTime { get; init; }

    [Id(7)]
    public TimeSpan SlowestShardTime { get; init; }

    /// <summary>Whether the silo cannot read its files: what another one says counts more.</summary>
    [Id(8)]
    public bool IsBlind { get; init; }
}
