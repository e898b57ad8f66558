using System.Buffers.Binary;
using Microsoft.Extensions.VectorData;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>The SQLite file of a vector store: its tables that do not depend on any record, and how it is made and opened.</summary>
internal static class StoreFile
{
    private const int HeaderLength = 100, UserVersionAt = 60, ApplicationIdAt = 68;

    /// <summary>"SSVS", in <c>PRAGMA application_id</c>.</summary>
    private const int ApplicationId = 0x53535653;

    private const int Version = 1;

    /// <summary>Opens a connection to a store; makes an empty one where there is no file.</summary>
    /// <exception cref="DamagedFileException">The file is no store.</exception>
    public static Session Open(string path, TimeSpan wait)
    {
        if (!File.Exists(path))
            Create(path, wait);
        Check(path);
        Session session = Session.Open(path, wait);
        try
        {
            // Beyond this size the log is cut off when it begins anew: what was deleted is then nowhere.
            session.Value("PRAGMA journal_size_limit = 16777216");
            // A trigger or a view in a file from somebody else would run with statements of ours.
            if (session.Number("SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')") != 0)
                throw new DamagedFileException($"'{path}' is a damaged vector store: it has triggers or views, which this library does not make.");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    // Written beside its place and renamed: of several processes that make it at a time, all find the one that was first.
    private static void Create(string path, TimeSpan wait)
    {
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            throw new DirectoryNotFoundException($"There is no folder '{Path.GetDirectoryName(path)}' to make the vector store '{path}' in.");
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (Session session = Session.Open(temporary, wait, creates: true))
            {
                session.ExecuteScript(Tables);
                session.Value("PRAGMA journal_mode = WAL");
            }
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Check(string path)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.StartsWith("SQLite format 3\0"u8)
            || BinaryPrimitives.ReadInt32BigEndian(header[ApplicationIdAt..]) != ApplicationId)
            throw new DamagedFileException($"'{path}' is not a vector store of hash codes. "
                + "(A collection of images is a file of its own: ImageCollection.Open.)");
        int version = BinaryPrimitives.ReadInt32BigEndian(header[UserVersionAt..]);
        if (version != Version)
            throw new DamagedFileException($"The vector store '{path}' has version {version}, and this library reads version {Version}: update the package "
                + "SSAH.MLNet.VectorData.");
    }

    private const string Tables = """
        PRAGMA auto_vacuum = INCREMENTAL;
        BEGIN;
        CREATE TABLE collection (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            definition TEXT NOT NULL,
            revision INTEGER NOT NULL,
            changes_from INTEGER NOT NULL) STRICT;
        CREATE TABLE vector (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            collection INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
            place INTEGER NOT NULL,
            bits INTEGER NOT NULL,
            model TEXT,
            UNIQUE (collection, place)) STRICT;
        CREATE TABLE change (
            collection INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
            revision INTEGER NOT NULL,
            record INTEGER NOT NULL,
            PRIMARY KEY (collection, revision, record)) STRICT, WITHOUT ROWID;
        PRAGMA application_id = 0x53535653;
        PRAGMA user_version = 1;
        COMMIT;
        """;
}
