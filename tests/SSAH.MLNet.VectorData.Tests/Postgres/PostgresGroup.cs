namespace SSAH.MLNet.VectorData.Tests.Postgres;

/// <summary>One server for all tests that need one, started with the first of them.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresGroup : ICollectionFixture<DebianPostgres>
{
    public const string Name = "PostgreSQL";
}

/// <summary>The server of the system's own PostgreSQL, 14 or later, or of those below the folder that SSAH_POSTGRES names.</summary>
public sealed class DebianPostgres : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        string root = Environment.GetEnvironmentVariable("SSAH_POSTGRES") ?? "/usr/lib/postgresql";
        string? programs = !Directory.Exists(root) ? null : Directory.GetDirectories(root)
            .Where(folder => int.TryParse(Path.GetFileName(folder), out int version) && version >= 14 && File.Exists(Path.Combine(folder, "bin", "initdb")))
            .OrderBy(folder => folder.Length).ThenBy(folder => folder, StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin")).LastOrDefault();
        Server = await PostgresServer.StartAsync(programs, "There is no PostgreSQL here: apt-get install postgresql-15 (Debian 12), or a later one.");
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
