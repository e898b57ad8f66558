using System.Globalization;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using SSAH.MLNet.Postgres.Searching;
using SSAH.MLNet.VectorData;
using SSAH.MLNet.VectorData.Filters;
using SSAH.MLNet.VectorData.Records;

namespace SSAH.MLNet.Postgres.Tables;

/// <summary>The statements for one collection's table.</summary>
internal sealed class PostgresSql
{
    /// <summary>The table that a batch is copied into before it is merged.</summary>
    public const string Batch = "ssah_batch";

    // An entry of a B-tree takes 2,700 bytes, and the data has to fit too.
    private const int MostCoveredBits = 1024;

    private readonly CollectionModel _model;
    private readonly string _names;

    public PostgresSql(PostgresDatabase database, string name, CollectionModel model)
    {
        _model = model;
        Table = database.Table(name);
        Columns = [model.KeyProperty, .. model.DataProperties, .. model.VectorProperties];
        _names = string.Join(", ", Columns.Select(Column));
        Collections = database.Table(Catalog.Collections);
        Vectors = database.Table(Catalog.Vectors);
    }

    public string Table { get; }

    public string Collections { get; }

    public string Vectors { get; }

    /// <summary>All properties in the order of the columns: the key, the data, the codes.</summary>
    public IReadOnlyList<PropertyModel> Columns { get; }

    private string Conflict => $"ON CONFLICT ({Column(_model.KeyProperty)}) DO UPDATE SET "
        + string.Join(", ", Columns.Skip(1).Select(column => $"{Column(column)} = excluded.{Column(column)}"));

    /// <summary>Writes one record.</summary>
    public string Upsert => $"INSERT INTO {Table} ({_names}) VALUES ({string.Join(", ", Columns.Select((_, i) => Place(i + 1)))}) {Conflict}";

    /// <summary>Makes the table for a batch; it is gone at the end of the transaction.</summary>
    public string MakeBatch => $"CREATE TEMP TABLE {Batch} ON COMMIT DROP AS SELECT 0 AS ssah_order, {_names} FROM {Table} WITH NO DATA";

    public string CopyBatch => $"COPY {Batch} (ssah_order, {_names}) FROM STDIN (FORMAT BINARY)";

    /// <summary>Writes what was copied, in its order: new rows are numbered by it.</summary>
    public string MergeBatch => $"INSERT INTO {Table} ({_names}) SELECT {_names} FROM {Batch} ORDER BY ssah_order {Conflict}";

    public string Delete => $"DELETE FROM {Table} WHERE {Column(_model.KeyProperty)} = ANY($1)";

    public string ByKeys(bool withCodes) => $"SELECT {Selected(withCodes)} FROM {Table} r JOIN unnest($1) WITH ORDINALITY AS k (key, place) "
        + $"ON r.{Column(_model.KeyProperty)} = k.key ORDER BY k.place";

    public string Query(string condition, RecordQuery query, string skip, string top)
    {
        string order = string.Concat(query.Order.Select(each => $"r.{Column(each.Property)}{(each.Property.Type == typeof(string) ? " COLLATE \"C\"" : "")} "
            + $"{(each.Ascending ? "ASC NULLS FIRST" : "DESC NULLS LAST")}, "));
        return $"SELECT {Selected(query.WithCodes)} FROM {Table} r WHERE {condition} ORDER BY {order}r.{HashModelBuilder.IdColumn} LIMIT {top} OFFSET {skip}";
    }

    /// <summary>The columns of a record, and of its codes where they are wanted.</summary>
    public string Selected(bool withCodes) =>
        string.Join(", ", (withCodes ? Columns : Columns.Where(column => column is not VectorPropertyModel)).Select(column => $"r.{Column(column)}"));

    /// <summary>Makes the table and its indexes.</summary>
    public IEnumerable<string> Create(string operatorClassSchema)
    {
        yield return $"CREATE TABLE {Table} ({HashModelBuilder.IdColumn} bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
            + $"{Column(_model.KeyProperty)} {PostgresValue.TypeOf(_model.KeyProperty.Type)} NOT NULL UNIQUE"
            + string.Concat(_model.DataProperties.Select(data => $", {Column(data)} {PostgresValue.TypeOf(data.Type)}{(data.IsNullable ? "" : " NOT NULL")}"))
            + string.Concat(_model.VectorProperties.Select(vector =>
                string.Create(CultureInfo.InvariantCulture, $", {Column(vector)} bit({vector.Dimensions})"))) + ")";
        foreach (DataPropertyModel data in _model.DataProperties.Where(data => data.IsIndexed))
        {
            bool isList = PostgresValue.TypeOf(data.Type).EndsWith("[]", StringComparison.Ordinal);
            yield return $"CREATE INDEX ON {Table} {(isList ? $"USING gin ({Column(data)})" : $"({Column(data)}){Covered}")}";
        }
        foreach (VectorPropertyModel vector in _model.VectorProperties)
        {
            if (vector.IndexKind == HashIndexKind.MultiHash)
                foreach (CodePiece piece in CodePiece.Of(vector.Dimensions))
                    yield return $"CREATE INDEX ON {Table} ({piece.Sql(Column(vector))})";
            else if (vector.IndexKind == IndexKind.Hnsw)
                yield return $"CREATE INDEX ON {Table} USING hnsw ({Column(vector)} {SqlName.Of(operatorClassSchema)}.bit_hamming_ops)";
        }
    }

    public static string Column(PropertyModel property) => SqlName.Of(property.StorageName);

    /// <summary>Codes that have an index of their own lie in the indexes of data too, as long as they are short: what a filter leaves is compared there, and
    /// not in pages of the table that have a row each.</summary>
    private string Covered
    {
        get
        {
            VectorPropertyModel[] covered = [.. _model.VectorProperties.Where(vector => vector.IndexKind is HashIndexKind.MultiHash or IndexKind.Hnsw)];
            return covered.Length == 0 || covered.Sum(vector => vector.Dimensions) > MostCoveredBits ? ""
                : $" INCLUDE ({string.Join(", ", covered.Select(Column).Prepend(HashModelBuilder.IdColumn))})";
        }
    }

    private static string Place(int place) => string.Create(CultureInfo.InvariantCulture, $"${place}");
}
