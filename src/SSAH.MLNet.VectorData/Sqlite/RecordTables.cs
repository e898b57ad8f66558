using System.Globalization;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.VectorData.Filters;
using SSAH.MLNet.VectorData.Records;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>The statements that make the tables of a collection. Those of a file are made again from the names of its columns and compared, before it is
/// known which records they hold.</summary>
internal static class RecordTables
{
    /// <summary>The columns that tell a damaged record.</summary>
    public static string[] CheckColumns { get; } =
        [$"{HashModelBuilder.CodesColumn} INTEGER NOT NULL DEFAULT 0", $"{HashModelBuilder.ChecksumColumn} INTEGER NOT NULL DEFAULT 0"];

    /// <summary>The table of records.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="key">The column of the key.</param>
    /// <param name="data">The other columns.</param>
    /// <param name="hasChecksums">Whether it is of a file of version 2.</param>
    public static string Records(long collection, Column key, IEnumerable<Column> data, bool hasChecksums) =>
        $"CREATE TABLE {RecordColumns.TableOf(collection)} ({HashModelBuilder.IdColumn} INTEGER PRIMARY KEY AUTOINCREMENT, "
        + $"{SqlName.Of(key.Name)} {key.Type} NOT NULL UNIQUE"
        + string.Concat(data.Select(each => $", {SqlName.Of(each.Name)} {each.Type}{(each.IsNullable ? "" : " NOT NULL")}"))
        + (hasChecksums ? string.Concat(CheckColumns.Select(column => $", {column}")) : "") + ") STRICT";

    /// <summary>The name of the table of the codes of one vector.</summary>
    public static string CodesOf(long collection, int place) => string.Create(CultureInfo.InvariantCulture, $"codes_{collection}_{place}");

    /// <summary>The table of the codes of one vector.</summary>
    public static string Codes(long collection, int place) =>
        $"CREATE TABLE {CodesOf(collection, place)} (record INTEGER PRIMARY KEY REFERENCES {RecordColumns.TableOf(collection)} ({HashModelBuilder.IdColumn}) "
        + "ON DELETE CASCADE, code BLOB NOT NULL) STRICT";

    /// <summary>The index over one of the other columns.</summary>
    public static string Index(long collection, int data, string name) => string.Create(CultureInfo.InvariantCulture,
        $"CREATE INDEX {RecordColumns.TableOf(collection)}_by_{data} ON {RecordColumns.TableOf(collection)} ({SqlName.Of(name)})");

    /// <summary>The first table or index that is not what the library makes for the collections of a file, or that is missing; null where there is
    /// none.</summary>
    /// <param name="session">Its tables of collections and of vectors are what they should be.</param>
    /// <param name="texts">All that is there beside them.</param>
    /// <param name="hasChecksums">Whether the file has version 2.</param>
    public static string? FirstOther(Session session, IEnumerable<string> texts, bool hasChecksums)
    {
        var left = new HashSet<string>(texts, StringComparer.Ordinal);
        // A virtual table would run when it is asked for its columns.
        if (left.FirstOrDefault(text => !text.StartsWith("table CREATE TABLE ", StringComparison.Ordinal)
            && !text.StartsWith("index CREATE INDEX ", StringComparison.Ordinal)) is { } other)
            return other;
        foreach (long collection in session.Query("SELECT id FROM collection", row => row.GetInt64(0)))
        {
            Column[] columns = ColumnsOf(session, collection);
            IEnumerable<string> tables = session.Query("SELECT place FROM vector WHERE collection = $1", row => Codes(collection, row.GetInt32(0)), collection);
            if (columns.Length > 0)
                tables = tables.Prepend(Records(collection, columns[0], columns[1..], hasChecksums));
            if (tables.FirstOrDefault(table => !left.Remove($"table {table}")) is { } missing)
                return $"table {missing}";
            for (int i = 1; i < columns.Length; i++)
                left.Remove($"index {Index(collection, i - 1, columns[i].Name)}");
        }
        return left.FirstOrDefault();
    }

    // Key and data. A type that no value is stored with makes another text than that of the file.
    private static Column[] ColumnsOf(Session session, long collection)
    {
        string[] own = [HashModelBuilder.IdColumn, HashModelBuilder.CodesColumn, HashModelBuilder.ChecksumColumn];
        return [.. session.Query("SELECT name, type, \"notnull\" FROM pragma_table_info($1) ORDER BY cid", row => new Column(row.GetString(0),
            row.GetString(1) is "INTEGER" or "REAL" or "TEXT" or "BLOB" ? row.GetString(1) : "NONE", row.GetInt64(2) == 0), RecordColumns.TableOf(collection))
            .Where(column => !own.Contains(column.Name))];
    }

    /// <summary>A column of a table of records.</summary>
    internal readonly record struct Column(string Name, string Type, bool IsNullable);
}
