using Microsoft.Data.Sqlite;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>
/// Turns SQLite's errors into those of the library, with the file's name and a remedy. What is wrong with the program that asks stays as it is.
/// </summary>
internal static class SqliteErrors
{
    private const int Error = 1, Permission = 3, Busy = 5, Locked = 6, NoMemory = 7, ReadOnly = 8, InputOutput = 10, Corrupt = 11, Full = 13, CannotOpen = 14,
        Schema = 17, Mismatch = 20, Format = 24, NotADatabase = 26;

    // What SQLite says of a file by the number that it also has for statements that are wrong.
    private static readonly string[] s_damage = ["unsupported file format", "malformed", "no such table", "no such index", "no such column",
        "JSON cannot hold BLOB values", "integer overflow", "no query solution"];

    // Kinds of input and output errors that say that the file, not the disk, is at fault.
    private const int ShortRead = InputOutput | 2 << 8, DataChecksum = InputOutput | 32 << 8, CorruptFileSystem = InputOutput | 33 << 8;

    /// <summary>Runs what uses SQLite.</summary>
    public static T Translate<T>(string path, Func<T> use)
    {
        try
        {
            return use();
        }
        catch (SqliteException error)
        {
            Exception translated = Of(path, error);
            if (translated == error)
                throw;
            throw translated;
        }
    }

    private static Exception Of(string path, SqliteException error) => CodeOf(error) switch
    {
        Busy or Locked => new TimeoutException($"Another program is writing to the collection '{path}' and did not finish in time: try again, or raise "
            + "WaitForWriter.", error),
        Full => new IOException($"The disk of the collection '{path}' is full: make room and do it again. What was committed before is kept.", error),
        ReadOnly or Permission => new UnauthorizedAccessException(
            $"The collection '{path}' may not be written to: it was opened to be looked at only, or writing to the file or to its folder is not "
                + "allowed.", error),
        // A whole file takes little; damaged lengths ask for what nobody has. SQLite says no more than this.
        NoMemory => new DamagedFileException($"'{path}' is damaged, or this machine has no memory left, and SQLite does not say which: {error.Message} Free "
            + "memory and try again; where that fails too, the file has lengths that nobody wrote.", error),
        CannotOpen => new UnauthorizedAccessException($"The collection '{path}' cannot be opened: its file and its folder must be readable and "
            + "writable (SQLite keeps files named after it beside it).", error),
        InputOutput => new IOException($"The collection '{path}' cannot be read or written: {error.Message}", error),
        Error when !s_damage.Any(text => error.Message.Contains(text, StringComparison.Ordinal)) => error,
        Error or Corrupt or Schema or Mismatch or Format or NotADatabase =>
            new DamagedFileException($"'{path}' is a damaged collection, or none: {error.Message} Make it again from its images; "
            + "'sqlite3 FILE .recover' may save its rows.", error),
        _ => new IOException($"The collection '{path}': {error.Message}", error),
    };

    private static int CodeOf(SqliteException error) =>
        error.SqliteExtendedErrorCode is ShortRead or DataChecksum or CorruptFileSystem ? Corrupt : error.SqliteErrorCode;
}
