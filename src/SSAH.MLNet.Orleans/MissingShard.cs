namespace SSAH.MLNet.Orleans;

/// <summary>A shard that did not answer.</summary>
/// <param name="Shard">Its number, from 0.</param>
/// <param name="Reason">What the last replica that was asked said, or that it said nothing.</param>
public readonly record struct MissingShard(int Shard, string Reason);
