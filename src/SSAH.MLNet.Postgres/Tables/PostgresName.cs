using System.Text;

namespace SSAH.MLNet.Postgres.Tables;

/// <summary>PostgreSQL cuts longer names off without saying so, and two of them would become one.</summary>
internal static class PostgresName
{
    private const int MaxBytes = 63;

    /// <exception cref="ArgumentException">The name is too long, or holds a character that no name can.</exception>
    public static void Check(string name, string what)
    {
        if (Encoding.UTF8.GetByteCount(name) > MaxBytes || name.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"{what} cannot be stored as '{name}': PostgreSQL's names have at most {MaxBytes} bytes, and none is 0.", nameof(name));
    }
}
