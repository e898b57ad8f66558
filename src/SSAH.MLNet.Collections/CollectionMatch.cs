namespace SSAH.MLNet.Collections;

/// <summary>An image that a search found.</summary>
/// <param name="Image">The image.</param>
/// <param name="Distance">Number of bits in which its code differs from the query's, 0 to the code length.</param>
public sealed record CollectionMatch(CollectionImage Image, int Distance)
{
    /// <summary>Cosine of its activations and the query's, -1 to 1; null where the search looked at codes only.</summary>
    public double? Similarity { get; init; }
}
