using Microsoft.Extensions.VectorData;

namespace SSAH.MLNet.VectorData;

/// <summary>Options of a search in a store of hash codes, beyond those that every store has.</summary>
/// <typeparam name="TRecord">Type of the records.</typeparam>
public sealed class HashSearchOptions<TRecord> : VectorSearchOptions<TRecord>
{
    /// <summary>
    /// How many of the nearest records are put into a finer order by the activations behind the query's bits, 1 or more; at least as many as are returned
    /// and passed over. Default null: none.
    /// </summary>
    /// <value>
    /// The order is then that of a weighted Hamming distance, which is the score: a bit of which the query is sure weighs more than one that is nearly
    /// zero, and the weights have mean 1. The query must have activations: search by image, or by an embedding of
    /// <see cref="HashEmbeddingGenerator"/>. <see cref="VectorSearchOptions{TRecord}.ScoreThreshold"/> still bounds the number of bits.
    /// </value>
    public int? RerankDepth
    {
        get;
        set
        {
            if (value is { } depth)
                ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
            field = value;
        }
    }
}
