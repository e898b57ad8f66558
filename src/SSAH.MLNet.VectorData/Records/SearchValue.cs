using System.Collections;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace SSAH.MLNet.VectorData.Records;

/// <summary>What is searched for.</summary>
/// <param name="Code">The packed code.</param>
/// <param name="ModelId">The model that made it, where it is known.</param>
/// <param name="Activations">The activations behind its bits, where they are known.</param>
internal sealed record SearchValue(byte[] Code, string? ModelId, float[]? Activations)
{
    /// <summary>Takes a code as it is, and has anything else encoded by the property's generator.</summary>
    public static async Task<SearchValue> OfAsync(object value, VectorPropertyModel property, CancellationToken cancellationToken)
    {
        if (value is not (BinaryEmbedding or BitArray or byte[] or ReadOnlyMemory<byte>) && property.EmbeddingGenerationDispatcher is not null)
            value = await property.GenerateEmbeddingAsync(value, cancellationToken).ConfigureAwait(false);
        byte[] code = CodeValue.Pack(value, property, "searchValue")!;
        object? activations = null;
        (value as Embedding)?.AdditionalProperties?.TryGetValue(HashEmbeddingGenerator.ActivationsKey, out activations);
        return new SearchValue(code, (value as Embedding)?.ModelId, activations as float[]);
    }

    /// <summary>The activations, which re-ranking needs.</summary>
    public float[] RequireActivations(VectorPropertyModel property) => Activations is { } activations && activations.Length == property.Dimensions
        ? activations
        : throw new InvalidOperationException("Re-ranking needs the activations behind the query's bits: search by image with a "
            + $"{nameof(HashEmbeddingGenerator)} as the embedding generator of '{property.ModelName}', or by an embedding that one made.");
}
