using System.Security.Cryptography;
using Npgsql;
using SSAH.MLNet.VectorData.Filters;

namespace SSAH.MLNet.Postgres.Tables;

/// <summary>The connections to one schema of a database, and what is tried again on them.</summary>
internal sealed class PostgresDatabase(NpgsqlDataSource dataSource, PostgresHashVectorStoreOptions options)
{
    private const int FirstPause = 50, MostDoublings = 7;

    public NpgsqlDataSource DataSource => dataSource;

    public string Schema => options.Schema;

    /// <summary>A table of the schema, as SQL names it.</summary>
    public string Table(string name) => $"{SqlName.Of(options.Schema)}.{SqlName.Of(name)}";

    /// <summary>Uses a connection; again where that failed by something that may be gone then.</summary>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
                return await use(connection);
            }
            catch (NpgsqlException error) when (error.IsTransient && attempt < options.Retries)
            {
                // Not all at once again: those that hindered each other would do so a second time.
                int pause = FirstPause << Math.Min(attempt, MostDoublings), milliseconds = pause + RandomNumberGenerator.GetInt32(pause);
                await Task.Delay(milliseconds, cancellationToken);
            }
        }
    }

    /// <summary>Uses a transaction, which is committed at the end.</summary>
    public Task<T> InTransactionAsync<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        T result = await use(connection);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }, cancellationToken);

    /// <summary>Runs a statement that may take long: making tables and indexes, merging a batch. Only the token ends it early.</summary>
    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using NpgsqlCommand command = Command(connection, sql, values);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>All rows of a query.</summary>
    public static async Task<List<T>> QueryAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken, params object[] values)
    {
        await using NpgsqlCommand command = Command(connection, sql, values);
        return await ReadAsync(command, read, cancellationToken);
    }

    /// <summary>All rows of a command.</summary>
    public static async Task<List<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (object value in values)
            command.Parameters.Add(PostgresValue.Parameter(value));
        return command;
    }
}
