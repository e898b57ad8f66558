using Microsoft.Extensions.AI;

namespace SSAH.MLNet.VectorData;

/// <summary>How a <see cref="SqliteHashVectorStore"/> is used.</summary>
public sealed class SqliteHashVectorStoreOptions
{
    /// <summary>
    /// Encodes images for vector properties that name no generator of their own, as a <see cref="HashEmbeddingGenerator"/> does. Default null: codes are
    /// written and searched as codes. Not disposed with the store.
    /// </summary>
    public IEmbeddingGenerator? EmbeddingGenerator { get; init; }

    /// <summary>How long a write waits for another one, of this or another process. Default 30 seconds.</summary>
    public TimeSpan WaitForWriter { get; init; } = TimeSpan.FromSeconds(30);
}
