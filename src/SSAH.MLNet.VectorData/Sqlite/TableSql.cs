using System.Globalization;
using Microsoft.Extensions.VectorData.ProviderServices;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.VectorData.Filters;
using SSAH.MLNet.VectorData.Records;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>The statements for one collection's tables: the records with a column for each property, and beside them one narrow table for each kind of
/// code, so that the index is loaded without reading the records.</summary>
internal sealed class TableSql
{
    private readonly CollectionModel _model;
    private readonly long _collection;
    private readonly string _records;

    public TableSql(CollectionModel model, long collection)
    {
        (_model, _collection) = (model, collection);
        _records = RecordColumns.TableOf(collection);
        CodeTables = [.. Enumerable.Range(0, model.VectorProperties.Count).Select(i => RecordTables.CodesOf(collection, i))];
        PropertyModel[] columns = [model.KeyProperty, .. model.DataProperties];
        string names = string.Join(", ", columns.Select(Column)), places = string.Join(", ", Enumerable.Range(1, columns.Length + 3).Select(Place));
        string own = $"{HashModelBuilder.CodesColumn}, {HashModelBuilder.ChecksumColumn}", key = Column(model.KeyProperty);
        string updates = string.Concat(columns.Skip(1).Select(column => $"{Column(column)} = excluded.{Column(column)}, "));
        // The number is given, so that the checksum, of which it is a part, is known before; a record that is there keeps its own.
        Upsert = $"INSERT INTO {_records} ({HashModelBuilder.IdColumn}, {names}, {own}) VALUES ({places}) ON CONFLICT ({key}) DO UPDATE SET {updates}"
            + $"{HashModelBuilder.CodesColumn} = excluded.{HashModelBuilder.CodesColumn} RETURNING {HashModelBuilder.IdColumn}";
        Sign = $"UPDATE {_records} SET {HashModelBuilder.ChecksumColumn} = $2 WHERE {HashModelBuilder.IdColumn} = $1";
        Delete = $"DELETE FROM {_records} WHERE {key} = $1 RETURNING {HashModelBuilder.IdColumn}";
        ByKey = Select(withCodes: false, $"WHERE r.{key} = $1");
        ByKeyWithCodes = Select(withCodes: true, $"WHERE r.{key} = $1");
        // One statement for all rows costs a third of one for each; the cross join keeps their order.
        string ids = $"json_each($1) j CROSS JOIN {_records} r ON r.{HashModelBuilder.IdColumn} = j.value";
        ByIdsWithRevision = Select(withCodes: false, "", ids, string.Create(CultureInfo.InvariantCulture,
            $"(SELECT revision FROM collection WHERE id = {collection})"));
        ByIdsWithCodes = Select(withCodes: true, "", ids);
    }

    /// <summary>The tables of codes, in the order of the vector properties.</summary>
    public string[] CodeTables { get; }

    public string Upsert { get; }

    /// <summary>Stores the checksum of a record.</summary>
    public string Sign { get; }

    public string Delete { get; }

    public string ByKey { get; }

    public string ByKeyWithCodes { get; }

    /// <summary>Records by a list of their numbers, in its order, each with the revision of the collection.</summary>
    public string ByIdsWithRevision { get; }

    public string ByIdsWithCodes { get; }

    /// <summary>The largest number that a record has or had.</summary>
    public string LastId => $"SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{_records}'), 0), "
        + $"coalesce((SELECT max({HashModelBuilder.IdColumn}) FROM {_records}), 0))";

    public string Ids(string condition) => $"SELECT r.{HashModelBuilder.IdColumn} FROM {_records} r WHERE {condition}";

    public string Query(string condition, RecordQuery query, string skip, string top)
    {
        string order = string.Concat(query.Order.Select(each => $"r.{Column(each.Property)} {(each.Ascending ? "ASC NULLS FIRST" : "DESC NULLS LAST")}, "));
        return Select(query.WithCodes, $"WHERE {condition} ORDER BY {order}r.{HashModelBuilder.IdColumn} LIMIT {top} OFFSET {skip}");
    }

    /// <summary>Makes the tables.</summary>
    public IEnumerable<string> Create()
    {
        yield return RecordTables.Records(_collection, ColumnOf(_model.KeyProperty), _model.DataProperties.Select(ColumnOf), hasChecksums: true);
        for (int i = 0; i < CodeTables.Length; i++)
            yield return RecordTables.Codes(_collection, i);
        for (int i = 0; i < _model.DataProperties.Count; i++)
            if (_model.DataProperties[i].IsIndexed)
                yield return Index(i);
    }

    /// <summary>Throws where a file has other tables for the collection than are made here. Which values have an index, and which may be null, may have been
    /// said otherwise when they were made.</summary>
    /// <exception cref="DamagedFileException">It has.</exception>
    public void Check(Session session)
    {
        string[] tables = [.. Create().Take(1 + CodeTables.Length).Select(Comparable)], all = [.. tables, .. _model.DataProperties.Select((_, i) => Index(i))];
        string[] names = [_records, .. CodeTables];
        string[] found = [.. names.SelectMany(name => session.Query("SELECT sql FROM sqlite_schema WHERE tbl_name = $1 AND sql IS NOT NULL",
            row => Comparable(row.GetString(0)), name))];
        if ((tables.Except(found).FirstOrDefault() ?? found.Except(all).FirstOrDefault()) is { } other)
            throw new DamagedFileException($"'{session.Path}' is a damaged vector store: the tables of a collection are not those of its records "
                + $"({TableTexts.Beginning(other)}...).");
    }

    /// <summary>Drops the tables.</summary>
    public static IEnumerable<string> Drop(long collection, int vectors)
    {
        for (int i = 0; i < vectors; i++)
            yield return $"DROP TABLE {RecordTables.CodesOf(collection, i)}";
        yield return $"DROP TABLE {RecordColumns.TableOf(collection)}";
    }

    private string Select(bool withCodes, string rest, string? from = null, params string[] more)
    {
        IEnumerable<string> columns = _model.DataProperties.Prepend<PropertyModel>(_model.KeyProperty).Select(property => $"r.{Column(property)}")
            .Prepend($"r.{HashModelBuilder.IdColumn}").Append($"r.{HashModelBuilder.CodesColumn}").Append($"r.{HashModelBuilder.ChecksumColumn}");
        from ??= $"{_records} r";
        if (!withCodes)
            return $"SELECT {string.Join(", ", columns.Concat(more))} FROM {from} {rest}";
        string joins = string.Concat(CodeTables.Select(codes => $" LEFT JOIN {codes} ON {codes}.record = r.{HashModelBuilder.IdColumn}"));
        return $"SELECT {string.Join(", ", columns.Concat(CodeTables.Select(codes => $"{codes}.code")))} FROM {from}{joins} {rest}";
    }

    private string Index(int data) => RecordTables.Index(_collection, data, _model.DataProperties[data].StorageName);

    private static string Comparable(string sql) => sql.Replace(" NOT NULL", "", StringComparison.Ordinal);

    private static RecordTables.Column ColumnOf(PropertyModel property) =>
        new(property.StorageName, SqliteValue.TypeOf(property.Type), property.IsNullable);

    private static string Column(PropertyModel property) => SqlName.Of(property.StorageName);

    private static string Place(int place) => string.Create(CultureInfo.InvariantCulture, $"${place}");
}
