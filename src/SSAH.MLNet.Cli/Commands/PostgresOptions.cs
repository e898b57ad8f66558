using System.CommandLine;
using Npgsql;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Postgres;
using SSAH.MLNet.Postgres.Tables;
using SSAH.MLNet.Postgres.Workers;

namespace SSAH.MLNet.Cli.Commands;

/// <summary>Which database holds the jobs.</summary>
internal sealed class PostgresOptions
{
    /// <summary><c>--postgres</c>.</summary>
    public Option<string> Connection { get; } = new("--postgres")
    {
        Description = "The database, as Npgsql takes it. A password is better in PGPASSWORD or a PGPASSFILE.",
        HelpName = "\"Host=...;Database=...\"", Required = true,
    };

    /// <summary><c>--schema</c>.</summary>
    public Option<string> Schema { get; } = new("--schema")
    {
        Description = "Schema of the tables.", HelpName = "NAME", DefaultValueFactory = _ => "ssah",
    };

    /// <summary>Uses the jobs of the database that a command line names.</summary>
    /// <exception cref="ToolException">The database cannot be used; the message says why.</exception>
    public T Use<T>(ParseResult result, Func<EncodingQueue, Task<T>> use)
    {
        try
        {
            using NpgsqlDataSource source = NpgsqlDataSource.Create(result.GetRequiredValue(Connection));
            var options = new PostgresHashVectorStoreOptions { Schema = result.GetRequiredValue(Schema) };
            return use(new EncodingQueue(new PostgresDatabase(source, options))).GetAwaiter().GetResult();
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            throw new ToolException("there are no jobs in the database yet: ssah jobs PHOTOS --postgres ... --model MODEL adds some.");
        }
        catch (NpgsqlException error)
        {
            throw new ToolException($"the database cannot be used: {error.Message}{(error.InnerException is { } cause ? $" ({cause.Message})" : "")}");
        }
    }
}
