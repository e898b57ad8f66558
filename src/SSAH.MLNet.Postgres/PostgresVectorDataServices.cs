using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using SSAH.MLNet.Postgres;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers vector stores of hash codes in PostgreSQL.</summary>
public static class PostgresVectorDataServices
{
    /// <summary>
    /// Registers a <see cref="PostgresHashVectorStore"/>, also as <see cref="VectorStore"/>. Where its options name no embedding generator it takes the
    /// registered one for images. Collections are registered by <c>AddHashVectorStoreCollection</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="connectionString">The server, as Npgsql takes it.</param>
    /// <param name="options">How it is used; null takes the defaults.</param>
    public static IServiceCollection AddPostgresHashVectorStore(this IServiceCollection services, string connectionString,
        PostgresHashVectorStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        options ??= new PostgresHashVectorStoreOptions();
        services.AddSingleton(provider => new PostgresHashVectorStore(connectionString, new PostgresHashVectorStoreOptions
        {
            Schema = options.Schema, Retries = options.Retries, HnswCandidates = options.HnswCandidates,
            EmbeddingGenerator = options.EmbeddingGenerator ?? provider.GetService<IEmbeddingGenerator<DataContent, BinaryEmbedding>>(),
        }));
        services.AddSingleton<VectorStore>(provider => provider.GetRequiredService<PostgresHashVectorStore>());
        return services;
    }
}
