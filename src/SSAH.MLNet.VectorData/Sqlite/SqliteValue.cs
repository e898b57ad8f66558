using System.Globalization;
using System.Text.Json;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>Values of records as SQLite keeps them, so that its comparisons are those of .NET: times are ticks of UTC, dates are days, lists are
/// JSON.</summary>
internal static class SqliteValue
{
    /// <summary>The type of a column for a type of .NET.</summary>
    public static string TypeOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { } real when real == typeof(float) || real == typeof(double) => "REAL",
        { } text when text == typeof(string) || text == typeof(Guid) || text == typeof(string[]) || text == typeof(List<string>) => "TEXT",
        { } blob when blob == typeof(byte[]) => "BLOB",
        _ => "INTEGER",
    };

    /// <summary>A value as it is kept.</summary>
    public static object? Store(object? value) => value switch
    {
        null => null,
        string or long or double or byte[] => value,
        bool truth => truth ? 1L : 0L,
        byte or short or int => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        float single => (double)single,
        Guid guid => guid.ToString("D"),
        DateTime time => InUtc(time).Ticks,
        DateTimeOffset time => time.UtcTicks,
        DateOnly date => (long)date.DayNumber,
        TimeOnly time => time.Ticks,
        IEnumerable<string> texts => JsonSerializer.Serialize(texts),
        _ => throw new NotSupportedException($"A value of type {value.GetType().Name} cannot be compared by the store."),
    };

    /// <summary>A kept value as the record's type has it.</summary>
    /// <exception cref="DamagedFileException">It is none that this library writes.</exception>
    public static object? Load(StoredRow reader, int column, Type type, string path)
    {
        try
        {
            return reader.IsNull(column) ? null : Load(reader, column, type);
        }
        catch (Exception error) when (error is FormatException or OverflowException or ArgumentException or JsonException)
        {
            throw new DamagedFileException($"'{path}' is a damaged vector store: a value is no {type.Name}. {error.Message}", error);
        }
    }

    private static object? Load(StoredRow reader, int column, Type type)
    {
        Type actual = Nullable.GetUnderlyingType(type) ?? type;
        return actual switch
        {
            _ when actual == typeof(string) => reader.GetString(column),
            _ when actual == typeof(bool) => reader.GetInt64(column) != 0,
            _ when actual == typeof(short) => checked((short)reader.GetInt64(column)),
            _ when actual == typeof(int) => checked((int)reader.GetInt64(column)),
            _ when actual == typeof(long) => reader.GetInt64(column),
            _ when actual == typeof(float) => (float)reader.GetDouble(column),
            _ when actual == typeof(double) => reader.GetDouble(column),
            _ when actual == typeof(Guid) => Guid.ParseExact(reader.GetString(column), "D"),
            _ when actual == typeof(DateTime) => new DateTime(reader.GetInt64(column), DateTimeKind.Utc),
            _ when actual == typeof(DateTimeOffset) => new DateTimeOffset(reader.GetInt64(column), TimeSpan.Zero),
            _ when actual == typeof(DateOnly) => DateOnly.FromDayNumber(checked((int)reader.GetInt64(column))),
            _ when actual == typeof(TimeOnly) => new TimeOnly(reader.GetInt64(column)),
            _ when actual == typeof(byte[]) => reader.GetBytes(column),
            _ when actual == typeof(string[]) => JsonSerializer.Deserialize<string[]>(reader.GetString(column)),
            _ when actual == typeof(List<string>) => JsonSerializer.Deserialize<List<string>>(reader.GetString(column)),
            _ => throw new NotSupportedException(actual.Name),
        };
    }

    /// <summary>A time without a kind is taken as UTC.</summary>
    public static DateTime InUtc(DateTime time) => time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : DateTime.SpecifyKind(time, DateTimeKind.Utc);
}
