namespace SSAH.MLNet.VectorData.Tests.Postgres;

/// <summary>One server for all tests that need one, started with the first of them.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresGroup : ICollectionFixture<DebianPostgres>
{
    public const string Name = "PostgreSQL";
}

/// <summary>The server of the system's own PostgreSQL, 14 or later.</summary>
public sealed class DebianPostgres : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServers.OfSystemAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
