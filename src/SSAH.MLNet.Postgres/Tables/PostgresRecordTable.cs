using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Npgsql;
using NpgsqlTypes;
using SSAH.MLNet.Postgres.Searching;
using SSAH.MLNet.VectorData.Records;

namespace SSAH.MLNet.Postgres.Tables;

/// <summary>The records of one collection in a table of PostgreSQL.</summary>
internal sealed class PostgresRecordTable(PostgresDatabase database, string name, CollectionModel model, PostgresHashVectorStoreOptions options) : IRecordTable
{
    private readonly PostgresSql _sql = new(database, name, model);

    public Task<bool> ExistsAsync(CancellationToken cancellationToken) => Catalog.ExistsAsync(database, name, cancellationToken);

    public Task DropAsync(CancellationToken cancellationToken) => Catalog.DropAsync(database, name, cancellationToken);

    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        // Who may only read and write rows must be able to ask for a collection that is there.
        if (await Catalog.ExistsAsync(database, name, cancellationToken))
        {
            await UseAsync((_, _) => Task.FromResult(true), cancellationToken);
            return;
        }
        await database.InTransactionAsync(async connection =>
        {
            await Migrations.ApplyAsync(database, connection, cancellationToken);
            List<long> ids = await PostgresDatabase.QueryAsync(connection, $"INSERT INTO {_sql.Collections} (name, definition) VALUES ($1, $2) "
                + "ON CONFLICT DO NOTHING RETURNING id", reader => reader.GetInt64(0), cancellationToken, name, Definition.Of(model));
            if (ids is not [long id])
                return false;
            for (int i = 0; i < model.VectorProperties.Count; i++)
                await PostgresDatabase.ExecuteAsync(connection, $"INSERT INTO {_sql.Vectors} VALUES ($1, $2, NULL)", cancellationToken, id, i);
            string vectorSchema = model.VectorProperties.Any(vector => vector.IndexKind == IndexKind.Hnsw)
                ? await VectorExtension.SchemaAsync(connection, cancellationToken) : "";
            foreach (string statement in _sql.Create(vectorSchema))
                await PostgresDatabase.ExecuteAsync(connection, statement, cancellationToken);
            return true;
        }, cancellationToken);
    }

    public Task UpsertAsync(IReadOnlyList<RecordRow> rows, IReadOnlyList<string?> models, CancellationToken cancellationToken) =>
        UseAsync(async (connection, collection) =>
        {
            await collection.ClaimModelsAsync(_sql, connection, models, cancellationToken);
            await new RowWriter(_sql, model, connection, cancellationToken).WriteAsync(rows);
            return true;
        }, cancellationToken);

    public Task DeleteAsync(IReadOnlyList<object> keys, CancellationToken cancellationToken) => UseAsync(async (connection, _) =>
    {
        using var command = new NpgsqlCommand(_sql.Delete, connection);
        command.Parameters.Add(PostgresValue.Parameters(keys));
        await command.PrepareAsync(cancellationToken);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }, cancellationToken);

    public async Task<IReadOnlyList<RecordRow>> GetAsync(IReadOnlyList<object> keys, bool withCodes, CancellationToken cancellationToken) =>
        keys.Count == 0 ? [] : await UseAsync(async (connection, _) =>
        {
            using var command = new NpgsqlCommand(_sql.ByKeys(withCodes), connection);
            command.Parameters.Add(PostgresValue.Parameters(keys));
            await command.PrepareAsync(cancellationToken);
            return await PostgresDatabase.ReadAsync(command, RowReader(withCodes), cancellationToken);
        }, cancellationToken);

    public async Task<IReadOnlyList<RecordRow>> QueryAsync(RecordQuery query, CancellationToken cancellationToken) => await UseAsync(async (connection, _) =>
    {
        using var command = new NpgsqlCommand { Connection = connection };
        string condition = new PostgresFilter(query.Filter, model, command.Parameters).Text;
        command.CommandText = _sql.Query(condition, query, $"${command.Parameters.Count + 1}", $"${command.Parameters.Count + 2}");
        command.Parameters.Add(PostgresValue.Parameter(query.Skip));
        command.Parameters.Add(PostgresValue.Parameter(query.Top));
        return await PostgresDatabase.ReadAsync(command, RowReader(query.WithCodes), cancellationToken);
    }, cancellationToken);

    public async Task<IReadOnlyList<FoundRow>> SearchAsync(CodeQuery query, CancellationToken cancellationToken) =>
        await UseAsync(async (connection, collection) =>
        {
            collection.RequireModel(query.Vector, query.ModelId);
            var search = new CodeSearch(_sql, model, query, RowReader(query.WithCodes), cancellationToken);
            if (model.VectorProperties[query.Vector].IndexKind != IndexKind.Hnsw)
                return await search.RunAsync(connection);
            string schema = await VectorExtension.SchemaAsync(connection, cancellationToken);
            await VectorExtension.SetCandidatesAsync(connection, Math.Max(options.HnswCandidates, Math.Min(query.Count, 1000)), cancellationToken);
            return await search.RunApproximatelyAsync(connection, schema);
        }, cancellationToken);

    // In one transaction with the look at the catalog: the table cannot become another one in between.
    private async Task<T> UseAsync<T>(Func<NpgsqlConnection, StoredCollection, Task<T>> use, CancellationToken cancellationToken)
    {
        try
        {
            return await database.InTransactionAsync(async connection =>
            {
                StoredCollection collection = await StoredCollection.FindAsync(_sql, connection, name, cancellationToken);
                collection.RequireSame(Definition.Of(model));
                return await use(connection, collection);
            }, cancellationToken);
        }
        catch (PostgresException error) when (Catalog.SaysMissing(error))
        {
            throw Catalog.Missing(name);
        }
    }

    private Func<NpgsqlDataReader, RecordRow> RowReader(bool withCodes)
    {
        int data = model.DataProperties.Count, vectors = withCodes ? model.VectorProperties.Count : 0;
        return reader =>
        {
            var row = new RecordRow(PostgresValue.Load(reader, 0, model.KeyProperty.Type)!, new object?[data], new byte[vectors][]);
            for (int i = 0; i < data; i++)
                row.Data[i] = PostgresValue.Load(reader, i + 1, model.DataProperties[i].Type);
            for (int i = 0; i < vectors; i++)
                row.Codes[i] = PostgresValue.Code(reader, data + 1 + i);
            return row;
        };
    }
}
