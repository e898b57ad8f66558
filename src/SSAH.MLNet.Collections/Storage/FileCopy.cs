using Microsoft.Data.Sqlite;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>A copy of a collection in the folder for temporary files, as one reader at one moment sees it. Nothing is written to its own folder.</summary>
internal sealed class FileCopy : IDisposable
{
    private const int Tries = 5, LockMilliseconds = 5000;

    // Nobody else may look into it, as perhaps nobody else may into the collection's own folder.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-");

    private FileCopy()
    {
    }

    /// <summary>Its file.</summary>
    public string Path => System.IO.Path.Combine(_folder.FullName, "collection.db");

    /// <summary>Makes one.</summary>
    /// <exception cref="DamagedFileException">It is no SQLite file.</exception>
    /// <exception cref="IOException">Another program wrote to it all the time.</exception>
    public static FileCopy Of(string path)
    {
        for (int i = 0; i < Tries; i++)
        {
            var copy = new FileCopy();
            try
            {
                // SQLite makes files beside a database that it reads, unless it is told that nobody writes to it. Somebody may begin to, meanwhile.
                bool isOpen = HasLog(path);
                (long, DateTime) before = StampOf(path);
                SqliteErrors.Translate(path, () => copy.Fill(path, isOpen));
                if (isOpen || (before == StampOf(path) && !HasLog(path)))
                    return copy;
            }
            catch
            {
                copy.Dispose();
                throw;
            }
            copy.Dispose();
        }
        throw new IOException($"The collection '{path}' is being written to by another program: try again.");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static bool HasLog(string path) => new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };

    private static (long Length, DateTime Written) StampOf(string path) => new FileInfo(path) is var file ? (file.Length, file.LastWriteTimeUtc) : default;

    private int Fill(string path, bool isOpen)
    {
        string name = isOpen ? path : new Uri(path).AbsoluteUri + "?immutable=1";
        using var source = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = name, Mode = SqliteOpenMode.ReadOnly, Pooling = false }
            .ToString());
        using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ToString());
        source.Open();
        target.Open();
        // A writer that ends locks the file for a moment.
        using (SqliteCommand patience = source.CreateCommand())
        {
            patience.CommandText = FormattableString.Invariant($"PRAGMA busy_timeout = {LockMilliseconds}");
            patience.ExecuteNonQuery();
        }
        source.BackupDatabase(target);
        return 0;
    }
}
