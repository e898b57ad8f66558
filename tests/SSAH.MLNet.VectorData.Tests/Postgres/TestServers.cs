namespace SSAH.MLNet.VectorData.Tests.Postgres;

/// <summary>The servers that can be started here.</summary>
internal static class TestServers
{
    /// <summary>The system's own PostgreSQL, 14 or later, or one of those below the folder that SSAH_POSTGRES names.</summary>
    public static Task<PostgresServer> OfSystemAsync()
    {
        string root = Environment.GetEnvironmentVariable("SSAH_POSTGRES") ?? "/usr/lib/postgresql";
        string? programs = !Directory.Exists(root) ? null : Directory.GetDirectories(root)
            .Where(folder => int.TryParse(Path.GetFileName(folder), out int version) && version >= 14 && File.Exists(Path.Combine(folder, "bin", "initdb")))
            .OrderBy(folder => folder.Length).ThenBy(folder => folder, StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin")).LastOrDefault();
        return PostgresServer.StartAsync(programs, "There is no PostgreSQL here: apt-get install postgresql-15 (Debian 12), or a later one.");
    }

    /// <summary>PostgreSQL 17 with pgvector, where build.sh has unpacked it, or in the folder that SSAH_PGVECTOR names.</summary>
    public static Task<PostgresServer> WithPgvectorAsync()
    {
        string root = Environment.GetEnvironmentVariable("SSAH_PGVECTOR") ?? "/var/cache/ssah/postgresql-17";
        string programs = Path.Combine(root, "usr/lib/postgresql/17/bin");
        return PostgresServer.StartAsync(Directory.Exists(programs) ? programs : null,
            "There is no PostgreSQL 17 with pgvector here: CI=true ./build.sh test unpacks one as root on Debian, SSAH_PGVECTOR names the folder of another.",
            Path.Combine(root, "usr/lib/x86_64-linux-gnu"));
    }

    /// <summary>That with pgvector, or else the system's.</summary>
    public static async Task<PostgresServer> AnyAsync() =>
        await WithPgvectorAsync() is { Missing: null } server ? server : await OfSystemAsync();
}
