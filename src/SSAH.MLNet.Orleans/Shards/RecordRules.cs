namespace SSAH.MLNet.Orleans.Shards;

/// <summary>What a record must be to be written, and to be read.</summary>
internal static class RecordRules
{
    /// <exception cref="ArgumentException">An id is negative, twice there or of another shard, or the codes have bits above their length.</exception>
    public static void ThrowIfUnfit(LogRecord record, ShardName name, int bits)
    {
        int wordsPerCode = (bits + 63) / 64;
        int expected = record.Kind == LogRecordKind.Upsert ? record.Ids.Length * wordsPerCode : 0;
        if (record.Words.Length != expected)
            throw new ArgumentException($"There are {record.Ids.Length} ids with {record.Words.Length} words of codes; {expected} are needed.");
        if (record.Kind == LogRecordKind.Done)
            return;
        var seen = new HashSet<long>(record.Ids.Length);
        foreach (long id in record.Ids)
        {
            if (id < 0)
                throw new ArgumentException($"Id {id} is negative.");
            if (ShardMap.ShardOf(id, name.Shards) != name.Shard)
                throw new ArgumentException($"Id {id} does not belong to {name}.");
            if (!seen.Add(id))
                throw new ArgumentException($"Id {id} is there twice.");
        }
        int used = bits % 64;
        for (int last = wordsPerCode - 1; used != 0 && last < record.Words.Length; last += wordsPerCode)
        {
            if (record.Words[last] >> used != 0)
                throw new ArgumentException($"The code of id {record.Ids[last / wordsPerCode]} has bits above its length of {bits}.");
        }
    }
}
