using System.Globalization;

namespace SSAH.MLNet.Orleans.Shards;

/// <summary>One shard of an index: its number, of how many.</summary>
internal readonly record struct ShardName(string Index, int Shard, int Shards)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"shard {Shard} of {Shards} of index '{Index}'");
}
