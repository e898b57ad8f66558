using Microsoft.Extensions.AI;

namespace SSAH.MLNet.Postgres;

/// <summary>How a <see cref="PostgresHashVectorStore"/> is used.</summary>
public sealed class PostgresHashVectorStoreOptions
{
    /// <summary>
    /// Encodes images for vector properties that name no generator of their own, as a <c>HashEmbeddingGenerator</c> does. Default null: codes are written
    /// and searched as codes. Not disposed with the store.
    /// </summary>
    public IEmbeddingGenerator? EmbeddingGenerator { get; init; }

    /// <summary>The schema of all tables. It is made with the first collection where it is not there. Default <c>ssah</c>.</summary>
    public string Schema { get; init; } = "ssah";

    /// <summary>
    /// How often an operation is tried again after a fault that may be gone then: a lost connection, a deadlock, an answer that took longer than the
    /// connection's <c>Command Timeout</c>, a server that is starting. Operations are transactions, so that doing one twice does it once. 0 or more; default
    /// 3.
    /// </summary>
    public int Retries
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 3;

    /// <summary>
    /// For collections with <c>IndexKind.Hnsw</c>: how many candidates pgvector keeps while it searches, 1 to 1,000. More finds more of what is nearest and
    /// takes longer. Default 200.
    /// </summary>
    public int HnswCandidates
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1000);
            field = value;
        }
    } = 200;
}
