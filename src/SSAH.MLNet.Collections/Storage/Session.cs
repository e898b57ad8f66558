using Microsoft.Data.Sqlite;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>One connection to the file, with its prepared statements. For one thread at a time; whoever uses it holds its lock.</summary>
internal sealed class Session : IDisposable
{
    // The statements of this library are fewer; filters of users are any number. What has not been used for so long is not being read either.
    private const int MostCommands = 128;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, Prepared> _commands = new(StringComparer.Ordinal);
    private long _uses;

    private bool _isDisposed;

    private Session(string path, SqliteConnection connection) => (Path, _connection) = (path, connection);

    public string Path { get; }

    /// <summary>Number of statements that are kept prepared.</summary>
    public int PreparedCount => _commands.Count;

    /// <summary>Held while the session is used.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Opens the file of a collection.</summary>
    /// <param name="path">The file; with <paramref name="creates"/> an empty or missing one.</param>
    /// <param name="wait">How long to wait for another writer.</param>
    /// <param name="creates">Whether the file may be missing.</param>
    /// <param name="copy">A copy of the file, which is used in its place; errors name the file.</param>
    public static Session Open(string path, TimeSpan wait, bool creates = false, string? copy = null)
    {
        var text = new SqliteConnectionStringBuilder
        {
            DataSource = copy ?? path, Mode = creates ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite, ForeignKeys = true,
            // A pooled connection would keep the file open after Dispose. SQLite itself waits (busy_timeout), in smaller steps than ADO.NET's second.
            Pooling = false, DefaultTimeout = 1,
        };
        return SqliteErrors.Translate(path, () =>
        {
            var connection = new SqliteConnection(text.ToString());
            try
            {
                connection.Open();
                var session = new Session(path, connection);
                session.Execute($"PRAGMA busy_timeout = {(long)Math.Clamp(wait.TotalMilliseconds, 0, int.MaxValue)}");
                // Rows of matches lie all over the file: with SQLite's 2 MB each would be read through the whole depth of its trees.
                session.Execute("PRAGMA cache_size = -65536");
                // What is committed survives a power failure too.
                session.Execute("PRAGMA synchronous = FULL");
                return session;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        });
    }

    /// <summary>Runs a statement and returns the number of rows that it changed.</summary>
    public int Execute(string sql, params object?[] values) => SqliteErrors.Translate(Path, () => Bound(sql, values).ExecuteNonQuery());

    /// <summary>Runs several statements that take no values.</summary>
    public void ExecuteScript(string sql) => SqliteErrors.Translate(Path, () =>
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    });

    /// <summary>The first value of a query, or null.</summary>
    public object? Value(string sql, params object?[] values) =>
        SqliteErrors.Translate(Path, () => Bound(sql, values).ExecuteScalar() is { } value and not DBNull ? value : null);

    /// <summary>The first value of a query that has one number.</summary>
    public long Number(string sql, params object?[] values) =>
        Value(sql, values) is long number ? number : throw new Hashing.DamagedFileException($"'{Path}' is a damaged collection: '{sql}' gives no number.");

    /// <summary>All rows of a query.</summary>
    public List<T> Query<T>(string sql, Func<StoredRow, T> read, params object?[] values)
    {
        var rows = new List<T>();
        ForEach(sql, reader => rows.Add(read(reader)), values);
        return rows;
    }

    /// <summary>Hands over the rows of a query one by one.</summary>
    public void ForEach(string sql, Action<StoredRow> take, params object?[] values) => SqliteErrors.Translate(Path, () =>
    {
        using SqliteDataReader reader = Bound(sql, values).ExecuteReader();
        var row = new StoredRow(reader, Path);
        while (reader.Read())
            take(row);
        return 0;
    });

    /// <summary>Reads from one state of the file, whatever others write meanwhile.</summary>
    public T Reading<T>(Func<T> read) => InTransaction("BEGIN", read);

    /// <summary>Writes all or nothing; waits for other writers first.</summary>
    public T Writing<T>(Func<T> write) => InTransaction("BEGIN IMMEDIATE", write);

    public void Dispose()
    {
        foreach (Prepared prepared in _commands.Values)
            prepared.Command.Dispose();
        _commands.Clear();
        _isDisposed = true;
        _connection.Dispose();
    }

    private T InTransaction<T>(string begin, Func<T> body)
    {
        Execute(begin);
        try
        {
            T result = body();
            Execute("COMMIT");
            return result;
        }
        catch
        {
            Rollback();
            throw;
        }
    }

    private void Rollback()
    {
        try
        {
            Bound("ROLLBACK", []).ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does on a full disk.
        }
    }

    private SqliteCommand Bound(string sql, object?[] values)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ImageCollection));
        if (!_commands.TryGetValue(sql, out Prepared? prepared))
        {
            if (_commands.Count == MostCommands)
                ForgetOne();
            _commands.Add(sql, prepared = new Prepared(_connection.CreateCommand()));
            prepared.Command.CommandText = sql;
            for (int i = 0; i < values.Length; i++)
                prepared.Command.Parameters.Add(new SqliteParameter { ParameterName = $"${i + 1}" });
        }
        prepared.Used = ++_uses;
        for (int i = 0; i < values.Length; i++)
            prepared.Command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return prepared.Command;
    }

    private void ForgetOne()
    {
        (string sql, Prepared prepared) = _commands.MinBy(each => each.Value.Used);
        _commands.Remove(sql);
        prepared.Command.Dispose();
    }

    private sealed class Prepared(SqliteCommand command)
    {
        public SqliteCommand Command { get; } = command;

        public long Used { get; set; }
    }
}
