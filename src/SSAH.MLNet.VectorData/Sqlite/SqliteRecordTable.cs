using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using SSAH.MLNet.Collections.Searching;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.VectorData.Records;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>The records of one collection in a SQLite file, with the exact index over their codes in memory.</summary>
internal sealed class SqliteRecordTable(SqliteStore store, string name, CollectionModel model) : IRecordTable
{
    private readonly FoundRecords _found = new(model);
    private readonly CollectionIndex?[] _indexes = new CollectionIndex?[model.VectorProperties.Count];
    private StoredCollection? _known;
    private StoredCollection? _sealed;
    private TableSql? _sql;

    public Task<bool> ExistsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(store.Read(session => StoredCollection.Find(session, name) is not null));

    public Task CreateAsync(CancellationToken cancellationToken) => Task.Run(() => store.Write(session =>
    {
        if (session.Query("SELECT definition FROM collection WHERE name = $1", reader => reader.GetString(0), name) is [var made])
        {
            RequireSame(made);
            return;
        }
        session.Execute("INSERT INTO collection (name, definition, revision, changes_from) VALUES ($1, $2, 0, 0)", name, Definition.Of(model));
        long id = session.Number("SELECT id FROM collection WHERE name = $1", name);
        for (int i = 0; i < model.VectorProperties.Count; i++)
            session.Execute("INSERT INTO vector (collection, place, bits) VALUES ($1, $2, $3)", id, i, model.VectorProperties[i].Dimensions);
        foreach (string statement in new TableSql(model, id).Create())
            session.Execute(statement);
        StoreSeal.Write(session, id);
    }), cancellationToken);

    public Task DropAsync(CancellationToken cancellationToken) => Task.Run(() => store.Drop(name), cancellationToken);

    public Task UpsertAsync(IReadOnlyList<RecordRow> rows, IReadOnlyList<string?> models, CancellationToken cancellationToken) =>
        Task.Run(() => store.Write(session => Upsert(session, rows, models, cancellationToken)), cancellationToken);

    public Task DeleteAsync(IReadOnlyList<object> keys, CancellationToken cancellationToken) => Task.Run(() =>
    {
        store.Write(session =>
        {
            StoredCollection collection = StoredCollection.BeginWrite(session, name);
            TableSql sql = SqlOf(session, collection);
            var removed = new List<long>();
            foreach (object key in keys)
            {
                cancellationToken.ThrowIfCancellationRequested();
                removed.AddRange(session.Query(sql.Delete, reader => reader.GetInt64(0), SqliteValue.Store(key)));
            }
            collection.EndWrite(session, removed);
        });
        store.GiveBackSpace();
    }, cancellationToken);

    public Task<IReadOnlyList<RecordRow>> GetAsync(IReadOnlyList<object> keys, bool withCodes, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<RecordRow>>((session, collection, sql) => [.. keys.SelectMany(key => session.Query(withCodes ? sql.ByKeyWithCodes : sql.ByKey,
            RowReader(session, collection, withCodes), SqliteValue.Store(key)))]);

    public Task<IReadOnlyList<RecordRow>> QueryAsync(RecordQuery query, CancellationToken cancellationToken)
    {
        var filter = new SqliteFilter(query.Filter, model);
        return Read<IReadOnlyList<RecordRow>>((session, collection, sql) =>
        {
            (string skip, string top) = ($"${filter.Values.Length + 1}", $"${filter.Values.Length + 2}");
            return session.Query(sql.Query(filter.Text, query, skip, top), RowReader(session, collection, query.WithCodes),
                [.. filter.Values, (long)query.Skip, (long)query.Top]);
        });
    }

    public Task<IReadOnlyList<FoundRow>> SearchAsync(CodeQuery query, CancellationToken cancellationToken)
    {
        SqliteFilter? filter = query.Filter is null ? null : new SqliteFilter(query.Filter, model);
        Task<IReadOnlyList<FoundRow>> Search() => Read<IReadOnlyList<FoundRow>>((session, collection, sql) =>
            SearchChanged(session, collection, sql, query, filter, cancellationToken));
        // Reading all codes takes long, a search does not.
        if (Volatile.Read(ref _indexes[query.Vector]) is null)
            return Task.Run(Search, cancellationToken);
        return store.ReadOnce(session => SearchUnchanged(session, query, filter, cancellationToken)) is { } found
            ? Task.FromResult<IReadOnlyList<FoundRow>>(found) : Search();
    }

    private FoundRow[] SearchChanged(
        Session session, StoredCollection collection, TableSql sql, CodeQuery query, SqliteFilter? filter, CancellationToken cancellationToken)
    {
        CollectionIndex index = IndexOf(session, collection, sql, query.Vector);
        RequireModel(index.Model.Id, query.ModelId);
        HammingMatch[] matches = Nearest(index.Of(session, Ids(sql, filter)), index, query, cancellationToken);
        if (matches.Length == 0)
            return [];
        if (!query.WithCodes)
            return _found.Of(session, collection, sql, matches, inTransaction: true)!;
        string ids = $"[{string.Join(',', matches.Select(match => match.Id))}]";
        List<RecordRow> rows = session.Query(sql.ByIdsWithCodes, RowReader(session, collection, withCodes: true), ids);
        return rows.Count == matches.Length ? [.. rows.Zip(matches, (row, match) => new FoundRow(row, match.Distance))]
            : throw new DamagedFileException($"'{session.Path}' is a damaged vector store: there is a code and no record.");
    }

    // Most searches find the file as the last call left it. One statement says so and reads the records, where a transaction takes four. Null where it
    // does not hold, and for what needs more of the file.
    private FoundRow[]? SearchUnchanged(Session session, CodeQuery query, SqliteFilter? filter, CancellationToken cancellationToken)
    {
        if (query.WithCodes || _sealed is not { } collection || _indexes[query.Vector] is not { } index
            || !index.IsAt(collection) || !IsOfModel(index.Model.Id, query.ModelId) || SqlOf(collection) is not { } sql
            || index.Known(Ids(sql, filter)) is not { } part)
            return null;
        HammingMatch[] matches = Nearest(part, index, query, cancellationToken);
        return _found.Of(session, collection, sql, matches, inTransaction: false);
    }

    private static (string Sql, object?[] Values)? Ids(TableSql sql, SqliteFilter? filter) => filter is null ? null : (sql.Ids(filter.Text), filter.Values);

    private static HammingMatch[] Nearest(CodePart part, CollectionIndex index, CodeQuery query, CancellationToken cancellationToken) =>
        part.Search(BinaryCodes.FromPacked(index.Model.Bits, query.Code), query.Count, query.Radius, cancellationToken)[0].ToArray();

    private void Upsert(Session session, IReadOnlyList<RecordRow> rows, IReadOnlyList<string?> models, CancellationToken cancellationToken)
    {
        StoredCollection collection = StoredCollection.BeginWrite(session, name);
        TableSql sql = SqlOf(session, collection);
        StoredModel[] vectors = [.. models.Select((given, i) => OfModel(session, collection, i, given))];
        long last = session.Number(sql.LastId), next = last;
        var changed = new HashSet<long>();
        foreach (RecordRow row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long codes = row.Codes.Count(code => code is not null), given = ++next;
            object?[] values = [SqliteValue.Store(row.Key), .. row.Data.Select(SqliteValue.Store)];
            long id = session.Number(sql.Upsert, [given, .. values, codes, RecordChecksum.Of(given, codes, values)]);
            if (id != given)
            {
                session.Execute(sql.Sign, id, RecordChecksum.Of(id, codes, values));
                next--;
            }
            if (id <= last)
                changed.Add(id);
            for (int i = 0; i < vectors.Length; i++)
            {
                if (row.Codes[i] is { } code)
                    session.Execute($"INSERT OR REPLACE INTO {sql.CodeTables[i]} VALUES ($1, $2)", id, SealedBlob.Of(id, vectors[i], code));
                else
                    session.Execute($"DELETE FROM {sql.CodeTables[i]} WHERE record = $1", id);
            }
        }
        collection.EndWrite(session, changed);
    }

    private Task<T> Read<T>(Func<Session, StoredCollection, TableSql, T> read) => Task.FromResult(store.Read(session =>
    {
        StoredCollection collection = StoredCollection.Find(session, name) ?? throw StoredCollection.Missing(name);
        if (collection != _sealed)
            StoreSeal.Check(session, collection.Id);
        _sealed = collection;
        return read(session, collection, SqlOf(session, collection));
    }));

    // Dropped and made again, by whatever process, it is another collection.
    private TableSql SqlOf(Session session, StoredCollection collection)
    {
        lock (_indexes)
        {
            if (_known?.Id == collection.Id)
                return _sql!;
            RequireSame((string)session.Value("SELECT definition FROM collection WHERE id = $1", collection.Id)!);
            var sql = new TableSql(model, collection.Id);
            sql.Check(session);
            Array.Clear(_indexes);
            _known = collection;
            return _sql = sql;
        }
    }

    private TableSql? SqlOf(StoredCollection known)
    {
        lock (_indexes)
            return _known?.Id == known.Id ? _sql : null;
    }

    private CollectionIndex IndexOf(Session session, StoredCollection collection, TableSql sql, int vector)
    {
        CollectionIndex? known = _indexes[vector];
        // Lengths and models of codes change with the revision alone.
        if (known?.IsAt(collection) == true)
            return known;
        VectorPropertyModel property = model.VectorProperties[vector];
        StoredModel stored = collection.Vector(session, vector);
        if (stored.Bits != property.Dimensions)
            throw new DamagedFileException($"'{session.Path}' is a damaged vector store: its codes of '{property.ModelName}' have {stored.Bits} bits.");
        // An update that fails halfway leaves no index behind that lacks records.
        _indexes[vector] = null;
        CollectionIndex? current = known?.Model == stored ? known.Current(session, collection) : null;
        return _indexes[vector] = current ?? CollectionIndex.Load(session, collection, sql.CodeTables[vector], stored, property.IndexKind);
    }

    private static StoredModel OfModel(Session session, StoredCollection collection, int vector, string? given)
    {
        StoredModel stored = collection.Vector(session, vector);
        RequireModel(stored.Id, given);
        if (stored.Id.Length == 0 && given is not null)
            session.Execute("UPDATE vector SET model = $2 WHERE id = $1", stored.Key, given);
        return stored;
    }

    private static bool IsOfModel(string stored, string? given) => stored.Length == 0 || given is null || given == stored;

    private static void RequireModel(string stored, string? given)
    {
        if (!IsOfModel(stored, given))
            throw new ArgumentException($"The collection has codes of model '{stored}', and this code comes from model '{given}'. Codes of different models "
                + "cannot be compared: give the other model a vector property of its own, or a collection.");
    }

    private void RequireSame(string made)
    {
        if (made != Definition.Of(model))
            throw new VectorStoreException($"The collection '{name}' was made of other properties: it has [{made}], and the records have "
                + $"[{Definition.Of(model)}]. Use a record of its properties, or another collection.");
    }

    private Func<StoredRow, RecordRow> RowReader(Session session, StoredCollection collection, bool withCodes)
    {
        StoredModel[] vectors = withCodes ? [.. model.VectorProperties.Select((_, i) => collection.Vector(session, i))] : [];
        int data = model.DataProperties.Count;
        return reader =>
        {
            object?[] stored = RecordChecksum.Values(reader, data + 1, session.Path);
            var row = new RecordRow(SqliteValue.Load(stored[0], model.KeyProperty.Type, session.Path)!, new object?[data], new byte[vectors.Length][]);
            for (int i = 0; i < data; i++)
                row.Data[i] = SqliteValue.Load(stored[i + 1], model.DataProperties[i].Type, session.Path);
            for (int i = 0; i < vectors.Length; i++)
                if (!reader.IsNull(data + 4 + i))
                    row.Codes[i] = SealedBlob.Code(session.Path, reader.GetInt64(0), vectors[i], reader.GetBytes(data + 4 + i)).ToArray();
            if (withCodes && row.Codes.Count(code => code is not null) != reader.GetInt64(data + 2))
                throw new DamagedFileException($"'{session.Path}' is a damaged vector store: a code of record {reader.GetInt64(0)} is gone.");
            return row;
        };
    }
}
