using Npgsql;
using SSAH.MLNet.Postgres.Tables;

namespace SSAH.MLNet.Postgres.Searching;

/// <summary>pgvector, where it is installed.</summary>
internal static class VectorExtension
{
    /// <summary>The schema that it is installed in: it need not be on the search path.</summary>
    /// <exception cref="InvalidDataException">It is not installed; the message says how it is.</exception>
    public static async Task<string> SchemaAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await PostgresDatabase.QueryAsync(connection,
            "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'",
            reader => reader.GetString(0), cancellationToken)) is [var schema]
            ? schema
            : throw new InvalidDataException("An index of kind Hnsw needs pgvector 0.7 or later, which is not installed in this database: install it on the "
                + "server and run CREATE EXTENSION vector as a superuser, or take the kind Flat or MultiHash, which are exact and need none.");

    /// <summary>For the rest of the transaction: how many candidates a search keeps.</summary>
    public static Task SetCandidatesAsync(NpgsqlConnection connection, int candidates, CancellationToken cancellationToken) =>
        PostgresDatabase.ExecuteAsync(connection, "SELECT set_config('hnsw.ef_search', $1, true)", cancellationToken,
            candidates.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
