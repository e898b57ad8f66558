using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>The checksum of a record: SQLite has none of its own, and a turned bit in a value would be another value, silently.</summary>
internal static class RecordChecksum
{
    /// <summary>Computes it.</summary>
    /// <param name="id">The record's number.</param>
    /// <param name="codes">How many codes it has.</param>
    /// <param name="values">Key and data as they are stored.</param>
    public static long Of(long id, long codes, params ReadOnlySpan<object?> values)
    {
        var checksum = new RowChecksum();
        checksum.Add(id);
        checksum.Add(codes);
        foreach (object? value in values)
            checksum.AddStored(value);
        return checksum.Value;
    }

    /// <summary>Reads the values of a row, each once.</summary>
    /// <param name="row">The record's number, its values, the number of its codes, its checksum.</param>
    /// <param name="count">Number of its values, the key among them.</param>
    /// <param name="path">The file.</param>
    /// <returns>Key and data as they are stored.</returns>
    /// <exception cref="DamagedFileException">The row is not what was stored.</exception>
    public static object?[] Values(StoredRow row, int count, string path)
    {
        long id = row.GetInt64(0);
        var values = new object?[count];
        for (int i = 0; i < count; i++)
            values[i] = row.GetValue(i + 1);
        return row.GetInt64(count + 2) == Of(id, row.GetInt64(count + 1), values) ? values : throw new DamagedFileException(
            $"'{path}' is a damaged vector store: record {id} is not what was stored. Make the store again from its source; "
            + "'sqlite3 FILE .recover' may save its records.");
    }
}
