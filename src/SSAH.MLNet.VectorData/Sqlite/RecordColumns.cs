using System.Globalization;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.VectorData.Filters;
using SSAH.MLNet.VectorData.Records;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>The columns of a table of records, as the file says: they are known without the type of the records.</summary>
/// <param name="Collection">The collection.</param>
/// <param name="Values">Names of key and data, quoted.</param>
/// <param name="Vectors">Places and models of the codes.</param>
internal sealed record RecordColumns(long Collection, string[] Values, List<(int Place, StoredModel Model)> Vectors)
{
    public string Table => TableOf(Collection);

    /// <summary>Number, values, number of codes and checksum of each record, and the number of codes that there are.</summary>
    public string SelectWithCodes => $"SELECT r.{HashModelBuilder.IdColumn}, {string.Join(", ", Values.Select(value => $"r.{value}"))}, "
        + $"r.{HashModelBuilder.CodesColumn}, r.{HashModelBuilder.ChecksumColumn}, {CodesOf} FROM {Table} r NOT INDEXED";

    /// <summary>The number of codes that record <c>r</c> has in the tables of codes.</summary>
    public string CodesOf => string.Join(" + ", Vectors.Select(vector => string.Create(CultureInfo.InvariantCulture,
        $"(SELECT count(*) FROM codes_{Collection}_{vector.Place} c WHERE c.record = r.{HashModelBuilder.IdColumn})")));

    public static string TableOf(long collection) => string.Create(CultureInfo.InvariantCulture, $"records_{collection}");

    public static RecordColumns Of(Session session, long collection)
    {
        string[] own = [HashModelBuilder.IdColumn, HashModelBuilder.CodesColumn, HashModelBuilder.ChecksumColumn];
        string[] values = [.. session.Query("SELECT name FROM pragma_table_info($1) ORDER BY cid", row => row.GetString(0), TableOf(collection)).Except(own)
            .Select(SqlName.Of)];
        return new RecordColumns(collection, values, session.Query(
            "SELECT place, id, coalesce(model, ''), bits FROM vector WHERE collection = $1 ORDER BY place",
            row => (row.GetInt32(0), new StoredModel(row.GetInt64(1), row.GetString(2), row.GetInt32(3))), collection));
    }

    /// <summary>The indexes over values, with the place of their value.</summary>
    public List<(string Index, int Column)> Indexes(Session session) => [.. session.Query(
        "SELECT l.name, (SELECT i.name FROM pragma_index_info(l.name) i) FROM pragma_index_list($1) l", row => (row.GetString(0), row.GetString(1)), Table)
        .Select(index => (index.Item1, Array.IndexOf(Values, SqlName.Of(index.Item2)))).Where(index => index.Item2 >= 0)];
}
