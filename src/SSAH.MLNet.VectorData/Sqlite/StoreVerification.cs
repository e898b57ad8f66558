using System.Globalization;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.VectorData.Filters;
using SSAH.MLNet.VectorData.Records;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>
/// Reads what has a checksum and compares what is said twice. A checksum finds a changed row where it is read; only this finds a row that a damaged page
/// hides. Part of a read transaction.
/// </summary>
internal static class StoreVerification
{
    // Above it, opening would take longer than what most programs open a store for.
    private const long MaxRecords = 50_000;

    /// <summary>Throws where something is not what was stored; of collections of more than 50,000 records only what is said of them is compared.</summary>
    /// <exception cref="DamagedFileException">The message says what.</exception>
    public static void Run(Session session)
    {
        List<(long Id, string Name)> collections = session.Query("SELECT id, name FROM collection NOT INDEXED", row => (row.GetInt64(0), row.GetString(1)));
        Require(session, session.Number("SELECT count(*) FROM seal") == collections.Count, "collections");
        foreach ((long id, string name) in collections)
        {
            StoreSeal.Check(session, id);
            Require(session, StoredCollection.Find(session, name)?.Id == id, "collections");
            if (session.Number($"SELECT count(*) FROM {RecordColumns.TableOf(id)}") <= MaxRecords)
                Check(session, id);
        }
    }

    private static void Check(Session session, long collection)
    {
        RecordColumns columns = RecordColumns.Of(session, collection);
        long codes = 0, found = 0;
        var rows = new Sum[columns.Values.Length];
        session.ForEach(columns.SelectWithCodes, row =>
        {
            _ = RecordChecksum.Values(row, columns.Values.Length, session.Path);
            codes += row.GetInt64(columns.Values.Length + 1);
            Require(session, row.GetInt64(columns.Values.Length + 1) == row.GetInt64(columns.Values.Length + 3), "codes");
            for (int i = 0; i < rows.Length; i++)
                rows[i].Add(row.GetInt64(0), row.GetValue(i + 1));
        });
        foreach ((string index, int column) in columns.Indexes(session))
        {
            Sum sum = default;
            session.ForEach($"SELECT {HashModelBuilder.IdColumn}, {columns.Values[column]} FROM {columns.Table} INDEXED BY {SqlName.Of(index)}",
                row => sum.Add(row.GetInt64(0), row.GetValue(1)));
            Require(session, sum == rows[column], "records");
        }
        foreach ((int place, StoredModel model) in columns.Vectors)
            session.ForEach(string.Create(CultureInfo.InvariantCulture, $"SELECT record, code FROM codes_{collection}_{place}"), row =>
            {
                SealedBlob.Code(session.Path, row.GetInt64(0), model, row.GetBytes(1));
                found++;
            });
        Require(session, found == codes, "codes");
        ChangeLog.Check(session, collection);
    }

    private static void Require(Session session, bool agrees, string what)
    {
        if (!agrees)
            throw new DamagedFileException($"'{session.Path}' is a damaged vector store: its tables do not agree about its {what}. Make it again from its "
                + "source; 'sqlite3 FILE .recover' may save its records.");
    }

    // Of rows in any order.
    private record struct Sum(long Count, long Total)
    {
        public void Add(long id, object? value)
        {
            Count++;
            Total += RecordChecksum.Of(id, 0, [value]);
        }
    }
}
