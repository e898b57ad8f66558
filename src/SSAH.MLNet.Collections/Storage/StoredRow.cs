using Microsoft.Data.Sqlite;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>The row that a query is on. A value of another type than the tables say, or none where there must be one, is damage of the file; nothing else
/// that fails while a row is taken is.</summary>
internal readonly struct StoredRow(SqliteDataReader reader, string path)
{
    public int FieldCount => reader.FieldCount;

    public bool IsNull(int column) => reader.IsDBNull(column);

    public long GetInt64(int column) => Get(column, static (reader, column) => Typed(reader, column, typeof(long)).GetInt64(column));

    public int GetInt32(int column) => Get(column, static (reader, column) => Typed(reader, column, typeof(long)).GetInt32(column));

    public string GetString(int column) => Get(column, static (reader, column) => Typed(reader, column, typeof(string)).GetString(column));

    public byte[] GetBytes(int column) => Get(column, static (reader, column) => Typed(reader, column, typeof(byte[])).GetFieldValue<byte[]>(column));

    /// <summary>A long, a double, a text, bytes or null, as it is stored.</summary>
    public object? GetValue(int column) => Get(column, static (reader, column) => reader.GetValue(column)) is var value and not DBNull ? value : null;

    // SQLite would convert: bytes would be read as the text that no comparison finds them by.
    private static SqliteDataReader Typed(SqliteDataReader reader, int column, Type type) => reader.GetFieldType(column) is var found && found == type
        ? reader : throw new InvalidCastException($"It has the type {found.Name} where it must have {type.Name}.");

    private T Get<T>(int column, Func<SqliteDataReader, int, T> get)
    {
        try
        {
            return get(reader, column);
        }
        catch (Exception error) when (error is InvalidCastException or FormatException or OverflowException or InvalidOperationException)
        {
            throw new DamagedFileException($"'{path}' is damaged: column '{reader.GetName(column)}' has a value that this library does not write. "
                + error.Message, error);
        }
    }
}
