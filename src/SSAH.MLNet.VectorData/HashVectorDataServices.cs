using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.VectorData;
using SSAH.MLNet;
using SSAH.MLNet.VectorData;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers hash encoders and vector stores of hash codes.</summary>
public static class HashVectorDataServices
{
    /// <summary>Registers a <see cref="HashEmbeddingGenerator"/> as the generator of binary embeddings of images.</summary>
    /// <param name="services">The services.</param>
    /// <param name="encoder">Makes the encoder, which is disposed with the services.</param>
    /// <param name="reading">Limits and background; null takes the defaults.</param>
    public static IServiceCollection AddHashEmbeddingGenerator(this IServiceCollection services, Func<IServiceProvider, HashEncoder> encoder,
        ImageReadingOptions? reading = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(encoder);
        services.TryAddSingleton(encoder);
        services.AddSingleton<IEmbeddingGenerator<DataContent, BinaryEmbedding>>(
            provider => new HashEmbeddingGenerator(provider.GetRequiredService<HashEncoder>(), reading));
        return services;
    }

    /// <summary>
    /// Registers a <see cref="SqliteHashVectorStore"/>, also as <see cref="VectorStore"/>. Where its options name no embedding generator it takes the
    /// registered
    /// one for images.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="path">The store's file.</param>
    /// <param name="options">How it is used; null takes the defaults.</param>
    public static IServiceCollection AddSqliteHashVectorStore(this IServiceCollection services, string path, SqliteHashVectorStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        services.AddSingleton(provider => new SqliteHashVectorStore(path, new SqliteHashVectorStoreOptions
        {
            WaitForWriter = (options ?? new SqliteHashVectorStoreOptions()).WaitForWriter,
            EmbeddingGenerator = options?.EmbeddingGenerator ?? provider.GetService<IEmbeddingGenerator<DataContent, BinaryEmbedding>>(),
        }));
        services.AddSingleton<VectorStore>(provider => provider.GetRequiredService<SqliteHashVectorStore>());
        return services;
    }

    /// <summary>Registers a collection of the registered <see cref="VectorStore"/>, also as what can be searched.</summary>
    /// <typeparam name="TKey">Type of the keys.</typeparam>
    /// <typeparam name="TRecord">Type of the records.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="name">The collection.</param>
    /// <param name="definition">Its properties; null takes them from the attributes of the type.</param>
    public static IServiceCollection AddHashVectorStoreCollection<TKey, TRecord>(this IServiceCollection services, string name,
        VectorStoreCollectionDefinition? definition = null)
        where TKey : notnull
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        services.AddSingleton(provider => provider.GetRequiredService<VectorStore>().GetCollection<TKey, TRecord>(name, definition));
        services.AddSingleton<IVectorSearchable<TRecord>>(provider => provider.GetRequiredService<VectorStoreCollection<TKey, TRecord>>());
        return services;
    }
}
