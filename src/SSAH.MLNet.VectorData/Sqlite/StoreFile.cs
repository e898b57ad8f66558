using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.VectorData;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.VectorData.Records;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>The SQLite file of a vector store: its tables that do not depend on any record, and how it is made and opened.</summary>
internal static class StoreFile
{
    private const int HeaderLength = 100, UserVersionAt = 60, ApplicationIdAt = 68, WriteFormatAt = 18, Constraint = 19;

    /// <summary>"SSVS", in <c>PRAGMA application_id</c>.</summary>
    private const int ApplicationId = 0x53535653;

    private const int Version = 2, LastWriteFormat = 2;

    private static readonly Lazy<List<string>>[] s_made = [new(() => TableTexts.Made(Tables)), new(() => TableTexts.Made(Tables + AddSecond))];

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
            // From one state of the file: another program may bring it to a newer version meanwhile.
            session.Reading(() =>
            {
                CheckTables(session);
                return 0;
            });
            Migrate(session);
            return session;
        }
        // What is right for every whole file breaks a constraint in a damaged one.
        catch (IOException error) when (error.InnerException is SqliteException { SqliteErrorCode: Constraint } inner)
        {
            session.Dispose();
            throw Damaged(path, inner);
        }
        catch (SqliteException error)
        {
            session.Dispose();
            throw Damaged(path, error);
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
                session.ExecuteScript($"{Tables}{AddSecond}COMMIT;");
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
        if (version > Version)
            throw new DamagedFileException($"The vector store '{path}' has version {version}, and this library reads up to version {Version}: update the "
                + "package SSAH.MLNet.VectorData.");
        // Of other formats SQLite only reads, and says that the file may not be written to.
        if (header[WriteFormatAt] > LastWriteFormat)
            throw new DamagedFileException($"'{path}' is a damaged vector store: SQLite knows no write format {header[WriteFormatAt]}.");
        if (version < 1)
            throw new DamagedFileException($"'{path}' is a damaged vector store: it says that its version is {version}.");
    }

    /// <summary>What SQLite says of statements that are right for every whole file.</summary>
    public static DamagedFileException Damaged(string path, SqliteException error) =>
        new($"'{path}' is a damaged vector store: {error.Message} Make it again from its source; 'sqlite3 FILE .recover' may save its records.", error);

    // A trigger or a view in a file from somebody else would run with statements of ours, and tables of other columns would give nonsense. Whether those
    // of records have the values of the program's records is seen when a collection is used.
    private static void CheckTables(Session session)
    {
        long version = session.Number("PRAGMA user_version");
        List<string> made = s_made[Math.Clamp(version, 1, Version) - 1].Value;
        List<string> found = TableTexts.Of(session);
        if ((made.Except(found).FirstOrDefault() ?? RecordTables.FirstOther(session, found.Except(made), hasChecksums: version > 1)) is { } other)
            throw new DamagedFileException($"'{session.Path}' is a damaged vector store: its tables are not those of version {version} "
                + $"({TableTexts.Beginning(other)}...).");
    }

    // Version 2 has checksums of records, of what is said of collections, and of the log of changes. All or nothing.
    private static void Migrate(Session session)
    {
        if (session.Number("PRAGMA user_version") == Version)
            return;
        session.Writing(() =>
        {
            // Another program may have done it meanwhile.
            if (session.Number("PRAGMA user_version") == Version)
                return 0;
            session.ExecuteScript(AddSecond);
            session.Execute("UPDATE collection SET changes_from = revision");
            foreach (long collection in session.Query("SELECT id FROM collection", row => row.GetInt64(0)))
            {
                foreach (string column in RecordTables.CheckColumns)
                    session.Execute($"ALTER TABLE {RecordColumns.TableOf(collection)} ADD COLUMN {column}");
                Sign(session, RecordColumns.Of(session, collection));
                StoreSeal.Write(session, collection);
            }
            return 0;
        });
    }

    private static void Sign(Session session, RecordColumns columns)
    {
        string update = $"UPDATE {columns.Table} SET {HashModelBuilder.CodesColumn} = $2, {HashModelBuilder.ChecksumColumn} = $3 "
            + $"WHERE {HashModelBuilder.IdColumn} = $1";
        int values = columns.Values.Length;
        foreach (long id in session.Query($"SELECT {HashModelBuilder.IdColumn} FROM {columns.Table}", row => row.GetInt64(0)))
        {
            List<(long Codes, long Checksum)> found = session.Query($"{columns.SelectWithCodes} WHERE r.{HashModelBuilder.IdColumn} = $1", row =>
                (row.GetInt64(values + 3), RecordChecksum.Of(id, row.GetInt64(values + 3), [.. Enumerable.Range(1, values).Select(row.GetValue)])), id);
            if (found is not [var (codes, checksum)])
                throw new DamagedFileException($"'{session.Path}' is a damaged vector store: record {id} is not found by its number.");
            session.Execute(update, id, codes, checksum);
        }
    }

    private const string AddSecond = """
        DROP TABLE change;
        CREATE TABLE change (
            collection INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
            revision INTEGER NOT NULL,
            record INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (collection, revision, record)) STRICT, WITHOUT ROWID;
        CREATE TABLE seal (
            collection INTEGER PRIMARY KEY REFERENCES collection (id) ON DELETE CASCADE,
            value INTEGER NOT NULL) STRICT;
        PRAGMA user_version = 2;

        """;

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

        """;
}
