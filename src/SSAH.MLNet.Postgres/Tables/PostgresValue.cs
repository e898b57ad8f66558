using System.Collections;
using Npgsql;
using NpgsqlTypes;

namespace SSAH.MLNet.Postgres.Tables;

/// <summary>Values of records as PostgreSQL keeps them.</summary>
internal static class PostgresValue
{
    private static readonly (Type Type, string Name, NpgsqlDbType Db)[] s_types =
    [
        (typeof(string), "text", NpgsqlDbType.Text), (typeof(bool), "boolean", NpgsqlDbType.Boolean), (typeof(short), "smallint", NpgsqlDbType.Smallint),
        (typeof(int), "integer", NpgsqlDbType.Integer), (typeof(long), "bigint", NpgsqlDbType.Bigint), (typeof(float), "real", NpgsqlDbType.Real),
        (typeof(double), "double precision", NpgsqlDbType.Double), (typeof(decimal), "numeric", NpgsqlDbType.Numeric),
        (typeof(Guid), "uuid", NpgsqlDbType.Uuid),
        (typeof(DateTime), "timestamptz", NpgsqlDbType.TimestampTz), (typeof(DateTimeOffset), "timestamptz", NpgsqlDbType.TimestampTz),
        (typeof(DateOnly), "date", NpgsqlDbType.Date), (typeof(TimeOnly), "time", NpgsqlDbType.Time), (typeof(byte[]), "bytea", NpgsqlDbType.Bytea),
        (typeof(string[]), "text[]", NpgsqlDbType.Array | NpgsqlDbType.Text), (typeof(List<string>), "text[]", NpgsqlDbType.Array | NpgsqlDbType.Text),
        (typeof(BitArray), "bit", NpgsqlDbType.Bit), (typeof(int[]), "integer[]", NpgsqlDbType.Array | NpgsqlDbType.Integer),
    ];

    /// <summary>The type of a column for a type of .NET.</summary>
    public static string TypeOf(Type type) => Of(type).Name;

    public static NpgsqlDbType DbTypeOf(Type type) => Of(type).Db;

    /// <summary>A parameter of a value, of the type that belongs to it.</summary>
    public static NpgsqlParameter Parameter(object value) => new() { Value = Store(value), NpgsqlDbType = DbTypeOf(value.GetType()) };

    /// <summary>A parameter of values of one type, not none.</summary>
    public static NpgsqlParameter Parameters(IReadOnlyList<object> values)
    {
        // An array of objects has no type that Npgsql knows.
        Type type = values[0].GetType();
        var array = Array.CreateInstance(Store(values[0]).GetType(), values.Count);
        for (int i = 0; i < values.Count; i++)
            array.SetValue(Store(values[i]), i);
        return new NpgsqlParameter { Value = array, NpgsqlDbType = NpgsqlDbType.Array | DbTypeOf(type) };
    }

    /// <summary>A value as Npgsql takes it: timestamptz only in UTC; a time without a kind is taken as UTC.</summary>
    public static object Store(object value) => value switch
    {
        DateTime time => time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : DateTime.SpecifyKind(time, DateTimeKind.Utc),
        DateTimeOffset time => time.ToUniversalTime(),
        _ => value,
    };

    /// <summary>A kept value as the record's type has it.</summary>
    public static object? Load(NpgsqlDataReader reader, int column, Type type)
    {
        if (reader.IsDBNull(column))
            return null;
        Type actual = Nullable.GetUnderlyingType(type) ?? type;
        return actual switch
        {
            _ when actual == typeof(DateTimeOffset) => reader.GetFieldValue<DateTimeOffset>(column),
            _ when actual == typeof(DateOnly) => reader.GetFieldValue<DateOnly>(column),
            _ when actual == typeof(TimeOnly) => reader.GetFieldValue<TimeOnly>(column),
            _ when actual == typeof(List<string>) => reader.GetFieldValue<List<string>>(column),
            _ => reader.GetValue(column),
        };
    }

    /// <summary>A packed code as a bit string: its first bit is the leftmost.</summary>
    public static BitArray Bits(byte[] code, int bits) => new(code) { Length = bits };

    /// <summary>A bit string as a packed code.</summary>
    public static byte[]? Code(NpgsqlDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
            return null;
        var bits = reader.GetFieldValue<BitArray>(column);
        var code = new byte[(bits.Length + 7) / 8];
        bits.CopyTo(code, 0);
        return code;
    }

    private static (Type Type, string Name, NpgsqlDbType Db) Of(Type type)
    {
        Type actual = Nullable.GetUnderlyingType(type) ?? type;
        int at = Array.FindIndex(s_types, each => each.Type == actual);
        return at >= 0 ? s_types[at] : throw new NotSupportedException($"A value of type {actual.Name} cannot be compared by the store.");
    }
}
