using System.Globalization;
using Microsoft.Extensions.VectorData.ProviderServices;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.VectorData.Records;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>Reads the records that a search found, those that were read lately from memory. Whoever uses it holds the lock of the session.</summary>
internal sealed class FoundRecords(CollectionModel model)
{
    private const long MaxCachedBytes = 32 << 20;

    private readonly RowCache<object?[]> _cache = new(MaxCachedBytes);

    /// <summary>The records in the order of the matches, without their codes.</summary>
    /// <param name="session">Reads.</param>
    /// <param name="collection">The collection, as the matches have it.</param>
    /// <param name="sql">Its statements.</param>
    /// <param name="matches">What was found.</param>
    /// <param name="inTransaction">Whether the file is known to be as <paramref name="collection"/> says; one statement reads and looks where it is
    /// not.</param>
    /// <returns>Null where it is not, or is not known to be since no record was found.</returns>
    /// <exception cref="DamagedFileException">There is a code and no record, or a record is not what was stored.</exception>
    public FoundRow[]? Of(Session session, StoredCollection collection, TableSql sql, HammingMatch[] matches, bool inTransaction)
    {
        _cache.MoveTo(collection.Id, collection.Revision);
        var stored = new object?[matches.Length][];
        var others = new List<int>();
        for (int i = 0; i < matches.Length; i++)
            if (!_cache.TryGet(matches[i].Id, out stored[i]!))
                others.Add(i);
        bool isSame = others.Count > 0 ? Read(session, collection, sql, matches, stored, others)
            : inTransaction || session.Value("SELECT revision FROM collection WHERE id = $1", collection.Id) is long now && now == collection.Revision;
        return isSame ? [.. stored.Select((values, i) => new FoundRow(RowOf(values, session.Path), matches[i].Distance))]
            : inTransaction ? throw Missing(session) : null;
    }

    private bool Read(Session session, StoredCollection collection, TableSql sql, HammingMatch[] matches, object?[][] stored, List<int> places)
    {
        int values = model.DataProperties.Count + 1, read = 0;
        bool isSame = false;
        session.ForEach(sql.ByIdsWithRevision, row =>
        {
            // Of another revision nothing need agree with the codes.
            if (read == 0)
                isSame = row.GetInt64(values + 3) == collection.Revision;
            if (!isSame)
                return;
            int place = read < places.Count ? places[read++] : throw Missing(session);
            // The row of a record that is gone is none: what comes next is that of another match.
            if (row.GetInt64(0) != matches[place].Id)
                throw Missing(session);
            stored[place] = RecordChecksum.Values(row, values, session.Path);
            _cache.Add(matches[place].Id, stored[place], BytesOf(stored[place]));
        }, $"[{string.Join(',', places.Select(place => matches[place].Id.ToString(CultureInfo.InvariantCulture)))}]");
        return isSame && read < places.Count ? throw Missing(session) : isSame;
    }

    // The caller may write into what it gets.
    private RecordRow RowOf(object?[] stored, string path)
    {
        var row = new RecordRow(SqliteValue.Load(stored[0], model.KeyProperty.Type, path)!, new object?[stored.Length - 1], []);
        for (int i = 0; i < row.Data.Length; i++)
            row.Data[i] = SqliteValue.Load(stored[i + 1] is byte[] bytes ? bytes.Clone() : stored[i + 1], model.DataProperties[i].Type, path);
        return row;
    }

    private static int BytesOf(object?[] stored)
    {
        int bytes = 150;
        foreach (object? value in stored)
            bytes += 32 + (value is string text ? sizeof(char) * text.Length : value is byte[] blob ? blob.Length : 0);
        return bytes;
    }

    private static DamagedFileException Missing(Session session) => new($"'{session.Path}' is a damaged vector store: there is a code and no record.");
}
