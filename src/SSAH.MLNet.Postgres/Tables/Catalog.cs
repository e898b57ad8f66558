using Microsoft.Extensions.VectorData;
using Npgsql;

namespace SSAH.MLNet.Postgres.Tables;

/// <summary>The table of collections.</summary>
internal static class Catalog
{
    /// <summary>What the names of the store's own tables begin with.</summary>
    public const string Prefix = "ssah_";

    public const string Collections = "ssah_collection", Vectors = "ssah_vector";

    public static Task<IReadOnlyList<string>> NamesAsync(PostgresDatabase database, CancellationToken cancellationToken) =>
        OrWhereNone<IReadOnlyList<string>>(database, async connection => await PostgresDatabase.QueryAsync(connection,
            $"SELECT name FROM {database.Table(Collections)} ORDER BY name COLLATE \"C\"", reader => reader.GetString(0), cancellationToken),
            [], cancellationToken);

    public static Task<bool> ExistsAsync(PostgresDatabase database, string name, CancellationToken cancellationToken) =>
        OrWhereNone(database, async connection => (await PostgresDatabase.QueryAsync(connection,
            $"SELECT 1 FROM {database.Table(Collections)} WHERE name = $1", _ => true, cancellationToken, name)).Count > 0,
            false, cancellationToken);

    public static Task<bool> DropAsync(PostgresDatabase database, string name, CancellationToken cancellationToken) =>
        OrWhereNone(database, connection => DropAsync(database, connection, name, cancellationToken), false, cancellationToken);

    public static VectorStoreException Missing(string name) => new($"There is no collection '{name}': call EnsureCollectionExistsAsync first.");

    /// <summary>Whether an error says that a table or a schema is not there.</summary>
    public static bool SaysMissing(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName;

    private static async Task<bool> DropAsync(PostgresDatabase database, NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        bool there = (await PostgresDatabase.QueryAsync(connection, $"DELETE FROM {database.Table(Collections)} WHERE name = $1 RETURNING id",
            _ => true, cancellationToken, name)).Count > 0;
        // Only what the catalog knows: a table of the same name that is somebody else's stays.
        if (there)
            await PostgresDatabase.ExecuteAsync(connection, $"DROP TABLE IF EXISTS {database.Table(name)}", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return there;
    }

    private static async Task<T> OrWhereNone<T>(PostgresDatabase database, Func<NpgsqlConnection, Task<T>> use, T none, CancellationToken cancellationToken)
    {
        try
        {
            return await database.RunAsync(use, cancellationToken);
        }
        catch (PostgresException error) when (SaysMissing(error))
        {
            return none;
        }
    }
}
