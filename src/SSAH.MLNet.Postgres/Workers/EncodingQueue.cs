using Npgsql;
using NpgsqlTypes;
using SSAH.MLNet.Collections.Syncing;
using SSAH.MLNet.Postgres.Tables;

namespace SSAH.MLNet.Postgres.Workers;

/// <summary>
/// Image files to encode, for any number of workers on any number of machines. A worker claims some for a time; what it has not finished by then another one
/// may claim. Codes are kept by content and model, so that whatever is done twice is there once.
/// </summary>
internal sealed class EncodingQueue(PostgresDatabase database)
{
    // A file that was a worker's only one when it ended, again and again, is the likely reason. Batches do not count: most of their files are innocent.
    private const int MaxAttempts = 4;

    /// <summary>
    /// Adds jobs for the files of a folder, and takes out those of files that are gone; makes the tables first where they are not there. The first model is
    /// the one that is searched.
    /// </summary>
    /// <param name="encoder">The model.</param>
    /// <param name="folder">The folder's full path.</param>
    /// <param name="paths">All image files in it, by their full paths.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many are new, or are to be done again because the file has changed or failed before; and how many files were taken out.</returns>
    public Task<(int Added, int Removed)> AddAsync(HashEncoder encoder, string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        FileStamp[] stamps = [.. paths.Select(FileStamp.Of)];
        return database.InTransactionAsync(async connection =>
        {
            await Migrations.ApplyAsync(database, connection, cancellationToken);
            await PostgresDatabase.ExecuteAsync(connection, $"INSERT INTO {database.Table("ssah_model")} VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                cancellationToken, encoder.ModelId, encoder.Bits, encoder.ToOnnx());
            await PostgresDatabase.ExecuteAsync(connection, $"INSERT INTO {database.Table("ssah_current")} VALUES (true, $1) ON CONFLICT DO NOTHING",
                cancellationToken, encoder.ModelId);
            await using var command = new NpgsqlCommand($"""
                INSERT INTO {database.Table("ssah_job")} AS j (model, path, size, time) SELECT $1, * FROM unnest($2, $3, $4)
                ON CONFLICT (model, path) DO UPDATE SET size = excluded.size, time = excluded.time, state = 0, attempts = 0, claim = NULL, problem = NULL
                WHERE j.state = 3 OR (j.size, j.time) IS DISTINCT FROM (excluded.size, excluded.time)
                """, connection) { CommandTimeout = 0 };
            command.Parameters.Add(PostgresValue.Parameter(encoder.ModelId));
            command.Parameters.Add(new NpgsqlParameter { Value = paths.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            foreach (long[] numbers in new[] { stamps.Select(stamp => stamp.Size).ToArray(), [.. stamps.Select(stamp => stamp.Time)] })
                command.Parameters.Add(new NpgsqlParameter { Value = numbers, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
            int added = await command.ExecuteNonQueryAsync(cancellationToken);
            // Of all models: one that a gone file waits for could never be used.
            await using var removal = new NpgsqlCommand($"DELETE FROM {Jobs} j WHERE starts_with(j.path, $1) "
                + "AND NOT EXISTS (SELECT 1 FROM unnest($2) AS there (path) WHERE there.path = j.path)", connection);
            removal.CommandTimeout = 0;
            removal.Parameters.Add(PostgresValue.Parameter(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar));
            removal.Parameters.Add(new NpgsqlParameter { Value = paths.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            return (added, await removal.ExecuteNonQueryAsync(cancellationToken));
        }, cancellationToken);
    }

    /// <summary>Claims jobs that nobody works on, or those of a worker that is not heard of any more, which come last and one by one.</summary>
    /// <param name="claim">Whose they are from now on.</param>
    /// <param name="count">At most how many.</param>
    /// <param name="lease">For how long.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<List<EncodingJob>> ClaimAsync(Guid claim, int count, TimeSpan lease, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async connection =>
        {
            await PostgresDatabase.ExecuteAsync(connection, $"UPDATE {Jobs} SET state = 3, problem = 'workers ended ' || attempts || ' times while they "
                + "encoded it', claim = NULL WHERE state = 1 AND leased_until < now() AND attempts >= $1", cancellationToken, MaxAttempts);
            List<EncodingJob> fresh = await ClaimAsync(connection, "state = 0", counts: 0, claim, count, lease, cancellationToken);
            return fresh.Count > 0 ? fresh : await ClaimAsync(connection, "state = 1 AND leased_until < now()",
                counts: 1, claim, 1, lease, cancellationToken);
        }, cancellationToken);

    /// <summary>Says that a worker is still at what it has claimed.</summary>
    public Task<bool> RenewAsync(Guid claim, TimeSpan lease, CancellationToken cancellationToken) => database.RunAsync(async connection =>
    {
        await PostgresDatabase.ExecuteAsync(connection, $"UPDATE {Jobs} SET leased_until = now() + $2 * interval '1 second' WHERE claim = $1 AND state = 1",
            cancellationToken, claim, lease.TotalSeconds);
        return true;
    }, cancellationToken);

    /// <summary>Writes what became of jobs: all of it or nothing. What another worker has claimed meanwhile is left to that one.</summary>
    /// <returns>How many were still this claim's.</returns>
    public Task<int> CompleteAsync(Guid claim, string model, int bits, IReadOnlyList<EncodingResult> results, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async connection =>
        {
            int done = 0;
            // In one order for all: two workers that have the same content do not wait for each other in a circle.
            foreach (EncodingResult result in results.OrderBy(result => result.Hash is null ? "" : Convert.ToHexString(result.Hash), StringComparer.Ordinal))
            {
                if (result is { Hash: { } hash, Code: { } code })
                    await PostgresDatabase.ExecuteAsync(connection, $"INSERT INTO {Codes} VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                        cancellationToken, hash, model, PostgresValue.Bits(code, bits), result.Width, result.Height);
                await using var command = new NpgsqlCommand($"UPDATE {Jobs} SET state = $3, content_hash = $4, problem = $5, claim = NULL, leased_until = NULL "
                    + "WHERE id = $1 AND claim = $2 AND state = 1", connection);
                command.Parameters.Add(PostgresValue.Parameter(result.Id));
                command.Parameters.Add(PostgresValue.Parameter(claim));
                command.Parameters.Add(PostgresValue.Parameter(result.Problem is null ? (short)2 : (short)3));
                command.Parameters.Add(new NpgsqlParameter { Value = (object?)result.Hash ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
                command.Parameters.Add(new NpgsqlParameter { Value = (object?)result.Problem ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
                await command.PrepareAsync(cancellationToken);
                done += await command.ExecuteNonQueryAsync(cancellationToken);
            }
            return done;
        }, cancellationToken);

    /// <summary>Gives back what a worker has claimed and not begun.</summary>
    public Task<bool> ReleaseAsync(Guid claim) => database.RunAsync(async connection =>
    {
        await PostgresDatabase.ExecuteAsync(connection, $"UPDATE {Jobs} SET state = 0, attempts = greatest(attempts - 1, 0), claim = NULL, leased_until = NULL "
            + "WHERE claim = $1 AND state = 1", CancellationToken.None, claim);
        return true;
    }, CancellationToken.None);

    /// <summary>How far the jobs of each model are.</summary>
    public Task<List<EncodingProgress>> ProgressAsync(CancellationToken cancellationToken)
    {
        string sql = $"""
            SELECT m.id, m.bits, m.id = (SELECT model FROM {database.Table("ssah_current")}), count(*) FILTER (WHERE state = 0),
                count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 1 AND leased_until < now()), count(*) FILTER (WHERE state = 2),
                count(*) FILTER (WHERE state = 3)
            FROM {database.Table("ssah_model")} m LEFT JOIN {Jobs} j ON j.model = m.id GROUP BY m.id, m.bits ORDER BY m.id COLLATE "C"
            """;
        return WhereMadeAsync(connection => PostgresDatabase.QueryAsync(connection, sql, reader => new EncodingProgress(reader.GetString(0),
            reader.GetInt32(1), reader.GetBoolean(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7)),
            cancellationToken), cancellationToken);
    }

    /// <summary>Jobs that have failed, in the order of their paths.</summary>
    public Task<List<EncodingFailure>> FailuresAsync(int most, CancellationToken cancellationToken) => WhereMadeAsync(connection => PostgresDatabase.QueryAsync(
        connection, $"SELECT model, path, problem FROM {Jobs} WHERE state = 3 ORDER BY path COLLATE \"C\", model LIMIT $1",
        reader => new EncodingFailure(reader.GetString(0), reader.GetString(1), reader.GetString(2)), cancellationToken, most), cancellationToken);

    /// <summary>The encoder of a model.</summary>
    /// <exception cref="InvalidDataException">It is not there, or is not the one that it is named after.</exception>
    public async Task<HashEncoder> LoadAsync(string model, CancellationToken cancellationToken)
    {
        List<byte[]> found = await database.RunAsync(connection => PostgresDatabase.QueryAsync(connection,
            $"SELECT onnx FROM {database.Table("ssah_model")} WHERE id = $1", reader => reader.GetFieldValue<byte[]>(0), cancellationToken, model),
            cancellationToken);
        var encoder = found is [var onnx] ? new HashEncoder(onnx) : throw new InvalidDataException($"The database has no model '{model}'.");
        if (encoder.ModelId == model)
            return encoder;
        encoder.Dispose();
        throw new InvalidDataException($"The model that the database names '{model}' is another one, '{encoder.ModelId}'.");
    }

    /// <summary>Makes a model the one whose codes are searched, at once for everybody.</summary>
    /// <exception cref="InvalidOperationException">Not all images have its codes yet; the message says how many have none.</exception>
    public Task<bool> UseAsync(string model, CancellationToken cancellationToken) => database.InTransactionAsync(async connection =>
    {
        long missing = (await PostgresDatabase.QueryAsync(connection, $"""
            SELECT (SELECT count(*) FROM {Jobs} WHERE model = $1 AND state IN (0, 1)) + (SELECT count(*) FROM {Jobs} j JOIN {database.Table("ssah_current")} u
                ON j.model = u.model WHERE NOT EXISTS (SELECT 1 FROM {Jobs} n WHERE n.model = $1 AND n.path = j.path))
            """, reader => reader.GetInt64(0), cancellationToken, model))[0];
        if (missing > 0)
            throw new InvalidOperationException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{missing} images have no code of model '{model}' yet: add them for it, and let workers finish."));
        await PostgresDatabase.ExecuteAsync(connection, $"UPDATE {database.Table("ssah_current")} SET model = $1", cancellationToken, model);
        return true;
    }, cancellationToken);

    private string Jobs => database.Table("ssah_job");

    private string Codes => database.Table("ssah_image_code");

    private Task<List<EncodingJob>> ClaimAsync(NpgsqlConnection connection, string condition, int counts, Guid claim, int count, TimeSpan lease,
        CancellationToken cancellationToken) => PostgresDatabase.QueryAsync(connection, $"""
            UPDATE {Jobs} SET state = 1, attempts = attempts + $4, claim = $1, leased_until = now() + $2 * interval '1 second' WHERE id IN
                (SELECT id FROM {Jobs} WHERE {condition} ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
            RETURNING id, model, path
            """, reader => new EncodingJob(reader.GetInt64(0), reader.GetString(1), reader.GetString(2)), cancellationToken, claim, lease.TotalSeconds, count,
            counts);

    private async Task<List<T>> WhereMadeAsync<T>(Func<NpgsqlConnection, Task<List<T>>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await database.RunAsync(read, cancellationToken);
        }
        catch (PostgresException error) when (Catalog.SaysMissing(error))
        {
            return [];
        }
    }
}
