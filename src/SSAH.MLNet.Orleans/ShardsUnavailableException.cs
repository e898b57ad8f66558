using System.Globalization;

namespace SSAH.MLNet.Orleans;

/// <summary>
/// Shards did not answer in time, or cannot: their silos are gone, or their files are damaged. Of a write, what belongs to other shards is done, and
/// what belongs to these may be done or not: writing the same again is safe.
/// </summary>
public sealed class ShardsUnavailableException : Exception
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public ShardsUnavailableException()
        : this("Shards did not answer.")
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What is wrong.</param>
    public ShardsUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">The cause.</param>
    public ShardsUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal ShardsUnavailableException(string index, int shards, IReadOnlyList<MissingShard> missing, string remedy)
        : base(string.Create(CultureInfo.InvariantCulture, $"{missing.Count} of {shards} shards of index '{index}' did not answer: "
            + $"{string.Join("; ", missing.Take(3).Select(each => string.Create(CultureInfo.InvariantCulture, $"shard {each.Shard}: {each.Reason}")))}"
            + $"{(missing.Count > 3 ? "; ..." : "")} {remedy}")) => MissingShards = missing;

    /// <summary>The shards; empty where no silo could be reached.</summary>
    public IReadOnlyList<MissingShard> MissingShards { get; } = [];
}
