using Microsoft.Extensions.VectorData.ProviderServices;
using Npgsql;
using NpgsqlTypes;
using SSAH.MLNet.VectorData.Records;

namespace SSAH.MLNet.Postgres.Tables;

/// <summary>Writes records: single ones by a prepared statement, many by COPY.</summary>
internal sealed class RowWriter(PostgresSql sql, CollectionModel model, NpgsqlConnection connection, CancellationToken cancellationToken)
{
    private readonly NpgsqlDbType[] _types =
        [.. sql.Columns.Select(column => column is VectorPropertyModel ? NpgsqlDbType.Bit : PostgresValue.DbTypeOf(column.Type))];

    public async Task WriteAsync(IReadOnlyList<RecordRow> rows)
    {
        // A statement cannot write one row twice: of records with one key the later stays, at the place of the first.
        var latest = new Dictionary<object, RecordRow>(rows.Count);
        foreach (RecordRow row in rows)
            latest[row.Key] = row;
        if (latest.Count == 1)
            await WriteOneAsync(latest.Values.Single());
        else
            await CopyAsync(latest.Values);
    }

    private async Task WriteOneAsync(RecordRow row)
    {
        using var command = new NpgsqlCommand(sql.Upsert, connection);
        object?[] values = Values(row);
        for (int i = 0; i < values.Length; i++)
            command.Parameters.Add(new NpgsqlParameter { Value = values[i] ?? DBNull.Value, NpgsqlDbType = _types[i] });
        await command.PrepareAsync(cancellationToken);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task CopyAsync(IEnumerable<RecordRow> rows)
    {
        await PostgresDatabase.ExecuteAsync(connection, sql.MakeBatch, cancellationToken);
        await using (NpgsqlBinaryImporter importer = await connection.BeginBinaryImportAsync(sql.CopyBatch, cancellationToken))
        {
            int order = 0;
            foreach (RecordRow row in rows)
            {
                await importer.StartRowAsync(cancellationToken);
                await importer.WriteAsync(order++, NpgsqlDbType.Integer, cancellationToken);
                object?[] values = Values(row);
                for (int i = 0; i < values.Length; i++)
                {
                    if (values[i] is { } value)
                        await importer.WriteAsync(value, _types[i], cancellationToken);
                    else
                        await importer.WriteNullAsync(cancellationToken);
                }
            }
            await importer.CompleteAsync(cancellationToken);
        }
        await PostgresDatabase.ExecuteAsync(connection, sql.MergeBatch, cancellationToken);
    }

    private object?[] Values(RecordRow row)
    {
        var values = new object?[_types.Length];
        values[0] = PostgresValue.Store(row.Key);
        for (int i = 0; i < row.Data.Length; i++)
            values[i + 1] = row.Data[i] is { } value ? PostgresValue.Store(value) : null;
        for (int i = 0; i < row.Codes.Length; i++)
            values[row.Data.Length + 1 + i] = row.Codes[i] is { } code ? PostgresValue.Bits(code, model.VectorProperties[i].Dimensions) : null;
        return values;
    }
}
