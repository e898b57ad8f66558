using Npgsql;
using SSAH.MLNet.VectorData.Filters;

namespace SSAH.MLNet.Postgres.Tables;

/// <summary>The store's own tables, version by version: each step is run once for a schema, in order and in one transaction.</summary>
internal static class Migrations
{
    /// <summary>Brings a schema to the version of this library. Needs the right to make tables in it; does nothing where it is there already.</summary>
    /// <exception cref="InvalidDataException">The schema is of a newer version, or the server too old.</exception>
    public static async Task ApplyAsync(PostgresDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (connection.PostgreSqlVersion.Major < 14)
            throw new InvalidDataException($"The server is PostgreSQL {connection.PostgreSqlVersion.Major}; bit_count needs version 14 or later.");
        string version = database.Table("ssah_version");
        // Held to the end of the transaction, so that two programs that start together do not both make the tables.
        await PostgresDatabase.ExecuteAsync(connection, "SELECT pg_advisory_xact_lock(hashtextextended('ssah ' || $1, 0))", cancellationToken, database.Schema);
        bool isThere = (await PostgresDatabase.QueryAsync(connection, "SELECT to_regclass($1) IS NOT NULL", reader => reader.GetBoolean(0),
            cancellationToken, version))[0];
        int has = !isThere ? 0
            : (await PostgresDatabase.QueryAsync(connection, $"SELECT version FROM {version}", reader => reader.GetInt32(0), cancellationToken))[0];
        bool hasSchema = (await PostgresDatabase.QueryAsync(connection, "SELECT to_regnamespace($1) IS NOT NULL", reader => reader.GetBoolean(0),
            cancellationToken, SqlName.Of(database.Schema)))[0];
        // Only where it is missing: to make one asks for a right that its user does not need.
        if (!hasSchema)
            await PostgresDatabase.ExecuteAsync(connection, $"CREATE SCHEMA {SqlName.Of(database.Schema)}", cancellationToken);
        string[] steps = Steps(database);
        if (has > steps.Length)
            throw new InvalidDataException($"The tables in schema '{database.Schema}' have version {has}, and this library knows {steps.Length}: update the "
                + "package SSAH.MLNet.Postgres.");
        for (int step = has; step < steps.Length; step++)
            await PostgresDatabase.ExecuteAsync(connection, steps[step], cancellationToken);
        if (has < steps.Length)
            await PostgresDatabase.ExecuteAsync(connection, $"UPDATE {version} SET version = $1", cancellationToken, steps.Length);
    }

    private static string[] Steps(PostgresDatabase database) =>
    [
        $"""
        CREATE TABLE {database.Table("ssah_version")} (version integer NOT NULL);
        INSERT INTO {database.Table("ssah_version")} VALUES (0);
        CREATE TABLE {database.Table(Catalog.Collections)} (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL UNIQUE,
            definition text NOT NULL);
        CREATE TABLE {database.Table(Catalog.Vectors)} (
            collection bigint NOT NULL REFERENCES {database.Table(Catalog.Collections)} (id) ON DELETE CASCADE,
            place integer NOT NULL,
            model text,
            PRIMARY KEY (collection, place));
        """,
        $"""
        CREATE TABLE {database.Table("ssah_model")} (
            id text PRIMARY KEY,
            bits integer NOT NULL,
            onnx bytea NOT NULL);
        CREATE TABLE {database.Table("ssah_current")} (
            one boolean PRIMARY KEY CHECK (one),
            model text NOT NULL REFERENCES {database.Table("ssah_model")} (id));
        CREATE TABLE {database.Table("ssah_job")} (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            model text NOT NULL REFERENCES {database.Table("ssah_model")} (id) ON DELETE CASCADE,
            path text NOT NULL,
            size bigint NOT NULL,
            time bigint NOT NULL,
            state smallint NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3),
            attempts integer NOT NULL DEFAULT 0,
            claim uuid,
            leased_until timestamptz,
            content_hash bytea,
            problem text,
            UNIQUE (model, path));
        CREATE INDEX ON {database.Table("ssah_job")} (id) WHERE state = 0;
        CREATE INDEX ON {database.Table("ssah_job")} (leased_until) WHERE state = 1;
        CREATE INDEX ON {database.Table("ssah_job")} (claim) WHERE state = 1;
        CREATE TABLE {database.Table("ssah_image_code")} (
            content_hash bytea NOT NULL,
            model text NOT NULL REFERENCES {database.Table("ssah_model")} (id) ON DELETE CASCADE,
            code bit varying NOT NULL,
            width integer NOT NULL,
            height integer NOT NULL,
            PRIMARY KEY (content_hash, model));
        CREATE VIEW {database.Table("ssah_image")} AS
            SELECT j.path, c.content_hash, c.model, c.code, c.width, c.height FROM {database.Table("ssah_current")} u
            JOIN {database.Table("ssah_job")} j ON j.model = u.model AND j.state = 2
            JOIN {database.Table("ssah_image_code")} c ON c.content_hash = j.content_hash AND c.model = j.model;
        """,
    ];
}
