using System.Diagnostics.Metrics;

namespace SSAH.MLNet.Orleans;

/// <summary>What the coordinators measure: the meter "SSAH.MLNet.Orleans".</summary>
internal static class ShardedSearchMeter
{
    private static readonly Meter s_meter = new("SSAH.MLNet.Orleans");

    private static readonly Histogram<double> s_duration =
        s_meter.CreateHistogram<double>("ssah.sharded_search.duration", "s", "Time of a search, all shards.");

    private static readonly Counter<long> s_missing =
        s_meter.CreateCounter<long>("ssah.sharded_search.missing_shards", "{shard}", "Shards that answers lack.");

    public static void Record(string index, TimeSpan duration, int missing)
    {
        var tag = new KeyValuePair<string, object?>("ssah.index", index);
        s_duration.Record(duration.TotalSeconds, tag);
        if (missing > 0)
            s_missing.Add(missing, tag);
    }
}
