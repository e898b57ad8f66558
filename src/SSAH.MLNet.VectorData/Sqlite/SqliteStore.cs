using Microsoft.Data.Sqlite;
using SSAH.MLNet.Collections.Storage;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>The open file of a store: a connection that reads and one that writes.</summary>
internal sealed class SqliteStore : IDisposable
{
    private readonly Session _reader;
    private readonly Session _writer;
    private bool _isDisposed;

    public SqliteStore(string path, TimeSpan wait)
    {
        Path = path;
        _reader = StoreFile.Open(path, wait);
        try
        {
            _reader.Reading(() =>
            {
                StoreVerification.Run(_reader);
                return 0;
            });
            _writer = StoreFile.Open(path, wait);
        }
        catch (SqliteException error)
        {
            _reader.Dispose();
            throw StoreFile.Damaged(path, error);
        }
        catch
        {
            _reader.Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>Reads from one state of the file.</summary>
    public T Read<T>(Func<Session, T> read)
    {
        lock (_reader.Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(SqliteHashVectorStore));
            return _reader.Reading(() => read(_reader));
        }
    }

    /// <summary>Reads by one statement, which needs no transaction to see one state of the file.</summary>
    public T ReadOnce<T>(Func<Session, T> read)
    {
        lock (_reader.Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(SqliteHashVectorStore));
            return read(_reader);
        }
    }

    /// <summary>Writes all or nothing; waits for other writers before.</summary>
    public void Write(Action<Session> write)
    {
        lock (_writer.Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(SqliteHashVectorStore));
            _writer.Writing(() =>
            {
                write(_writer);
                return true;
            });
        }
    }

    /// <summary>Drops a collection with all it has, where there is one.</summary>
    public void Drop(string name)
    {
        Write(session =>
        {
            if (StoredCollection.Find(session, name) is not { } collection)
                return;
            foreach (string statement in TableSql.Drop(collection.Id, (int)session.Number("SELECT count(*) FROM vector WHERE collection = $1", collection.Id)))
                session.Execute(statement);
            session.Execute("DELETE FROM collection WHERE id = $1", collection.Id);
        });
        GiveBackSpace();
    }

    /// <summary>Cuts unused pages off the end of the file, where they are worth it.</summary>
    public void GiveBackSpace()
    {
        lock (_writer.Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(SqliteHashVectorStore));
            FreePages.GiveBack(_writer);
        }
    }

    public void Dispose()
    {
        lock (_writer.Gate)
        lock (_reader.Gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            // The last connection to close puts the log into the file.
            _writer.Dispose();
            _reader.Dispose();
        }
    }
}
