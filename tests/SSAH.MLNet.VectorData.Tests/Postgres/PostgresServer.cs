using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace SSAH.MLNet.VectorData.Tests.Postgres;

/// <summary>
/// A PostgreSQL server of the tests' own: its programs are those of the system, its files lie in a temporary folder, and it listens on a socket there and
/// nowhere else. As root it runs as another user, because PostgreSQL refuses to run as root.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    // Ends the server when the test process ends, however that happens: its end of the pipe is closed then.
    private const string Script = """
        set -e
        umask 077
        "$1/initdb" -D "$2/data" -U ssah -A trust -N >"$2/log" 2>&1
        "$1/postgres" -D "$2/data" -c listen_addresses= -c unix_socket_directories="$2" -c fsync=off -c max_connections=60 -c shared_buffers=256MB -c jit=off \
            -c timezone=Asia/Kolkata -c lc_messages=C >>"$2/log" 2>&1 &
        read -r line || true
        kill -QUIT $! 2>/dev/null || true
        wait $! 2>/dev/null || true
        rm -rf "$2"
        """;

    private readonly Process? _process;
    private readonly string _folder;
    private readonly NpgsqlDataSource? _administrator;

    private PostgresServer(string folder, Process? process, string? missing)
    {
        (_folder, _process, Missing) = (folder, process, missing);
        if (missing is null)
            _administrator = NpgsqlDataSource.Create(ConnectionString);
    }

    /// <summary>Why there is none, or null.</summary>
    public string? Missing { get; }

    /// <summary>Whether pgvector can be made part of a database of it.</summary>
    public bool HasPgvector { get; private init; }

    /// <summary>How to reach it, as its administrator.</summary>
    public string ConnectionString => $"Host={_folder};Username=ssah;Database=postgres;Maximum Pool Size=20";

    /// <summary>Starts a server of a folder of programs, such as <c>/usr/lib/postgresql/15/bin</c>.</summary>
    /// <param name="programs">The folder, or null where there is none.</param>
    /// <param name="remedy">What to do where there is none.</param>
    /// <param name="libraries">A folder of libraries that the programs need beside those of the system.</param>
    public static async Task<PostgresServer> StartAsync(string? programs, string remedy, string? libraries = null)
    {
        if (programs is null)
            return new PostgresServer("", null, remedy);
        string folder = Directory.CreateTempSubdirectory("ssah-pg-").FullName;
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        if (Environment.UserName == "root")
        {
            string user = File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";
            await Process.Start("chown", [user, folder]).WaitForExitAsync();
            start = new ProcessStartInfo("setpriv", ["--reuid", user, "--regid", "nogroup", "--clear-groups", "/bin/sh"]) { RedirectStandardInput = true };
        }
        foreach (string argument in new[] { "-c", Script, "sh", programs, folder })
            start.ArgumentList.Add(argument);
        start.WorkingDirectory = "/";
        if (libraries is not null)
            start.Environment["LD_LIBRARY_PATH"] = libraries;
        Process process = Process.Start(start)!;
        var server = new PostgresServer(folder, process, null) { HasPgvector = libraries is not null };
        string? trouble = await server.WaitAsync();
        return trouble is null ? server : throw new InvalidOperationException(trouble);
    }

    /// <summary>A name for a schema that no other test has.</summary>
    public static string NewSchema() => string.Create(CultureInfo.InvariantCulture, $"test {Guid.NewGuid():N}");

    /// <summary>Runs a statement as the administrator.</summary>
    public async Task<object?> ExecuteAsync(string sql)
    {
        await using NpgsqlCommand command = _administrator!.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_administrator is not null)
            await _administrator.DisposeAsync();
        if (_process is null)
            return;
        NpgsqlConnection.ClearAllPools();
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string?> WaitAsync()
    {
        for (long start = Stopwatch.GetTimestamp(); ; await Task.Delay(50))
        {
            try
            {
                await ExecuteAsync("SELECT 1");
                return null;
            }
            catch (NpgsqlException error) when (_process!.HasExited || Stopwatch.GetElapsedTime(start).TotalSeconds > 60)
            {
                string log = Path.Combine(_folder, "log");
                return $"PostgreSQL did not start: {error.Message} {(File.Exists(log) ? await File.ReadAllTextAsync(log) : "")}";
            }
            catch (NpgsqlException)
            {
            }
        }
    }
}
