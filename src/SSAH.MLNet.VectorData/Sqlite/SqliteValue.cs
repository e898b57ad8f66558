using System.Globalization;
using System.Text.Json;
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
    public static object? Load(object? stored, Type type, string path)
    {
        try
        {
            return stored is null ? null : Load(stored, type);
        }
        catch (Exception error) when (error is FormatException or OverflowException or ArgumentException or JsonException or InvalidCastException)
        {
            throw new DamagedFileException($"'{path}' is a damaged vector store: a value is no {type.Name}. {error.Message}", error);
        }
    }

    private static object? Load(object stored, Type type)
    {
        Type actual = Nullable.GetUnderlyingType(type) ?? type;
        return actual switch
        {
            _ when actual == typeof(string) => (string)stored,
            _ when actual == typeof(bool) => (long)stored != 0,
            _ when actual == typeof(short) => checked((short)(long)stored),
            _ when actual == typeof(int) => checked((int)(long)stored),
            _ when actual == typeof(long) => (long)stored,
            _ when actual == typeof(float) => (float)(double)stored,
            _ when actual == typeof(double) => (double)stored,
            _ when actual == typeof(Guid) => Guid.ParseExact((string)stored, "D"),
            _ when actual == typeof(DateTime) => new DateTime((long)stored, DateTimeKind.Utc),
            _ when actual == typeof(DateTimeOffset) => new DateTimeOffset((long)stored, TimeSpan.Zero),
            _ when actual == typeof(DateOnly) => DateOnly.FromDayNumber(checked((int)(long)stored)),
            _ when actual == typeof(TimeOnly) => new TimeOnly((long)stored),
            _ when actual == typeof(byte[]) => (byte[])stored,
            _ when actual == typeof(string[]) => JsonSerializer.Deserialize<string[]>((string)stored),
            _ when actual == typeof(List<string>) => JsonSerializer.Deserialize<List<string>>((string)stored),
            _ => throw new NotSupportedException(actual.Name),
        };
    }

    /// <summary>A time without a kind is taken as UTC.</summary>
    public static DateTime InUtc(DateTime time) => time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : DateTime.SpecifyKind(time, DateTimeKind.Utc);
}
