using System.Globalization;

namespace SSAH.MLNet.Orleans.Grains;

/// <summary>Names a replica of a shard: <c>index/shard/replica</c>.</summary>
internal readonly record struct ReplicaKey(string Index, int Shard, int Replica)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Shard}/{Replica}");

    public static ReplicaKey Parse(string key)
    {
        string[] parts = key.Split('/');
        return new ReplicaKey(parts[0], int.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture),
            int.Parse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
