using System.Runtime.InteropServices;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>The tables of a collection (docs/formats.md says what they mean).</summary>
internal static class Schema
{
    /// <summary>"SSAH": tells collections from other SQLite files, in <c>PRAGMA application_id</c>.</summary>
    public const int ApplicationId = 0x53534148;

    /// <summary>Version of the tables, in <c>PRAGMA user_version</c>.</summary>
    public const int Version = 3;

    /// <summary>Root of images that were added by themselves; their paths are absolute.</summary>
    public const long NoRoot = 0;

    private static readonly Lazy<List<string>>[] s_made = [new(() => TableTexts.Made(CreateFirst)),
        new(() => TableTexts.Made(CreateFirst + AddSecond)), new(() => TableTexts.Made(CreateFirst + AddSecond + AddThird))];

    /// <summary>
    /// Throws where a file has other tables than its version makes. A trigger or a view in a file from somebody else would run with every statement
    /// of ours, and a table of other columns would give nonsense.
    /// </summary>
    /// <exception cref="Hashing.DamagedFileException">The message says what is there and should not be, or the reverse.</exception>
    public static void Check(Session session)
    {
        long version = VersionOf(session);
        // Asked again: what another program has just written may not be in the file's header yet.
        RequireVersion(session.Path, version);
        List<string> made = s_made[version - 1].Value, found = TableTexts.Of(session);
        if ((found.Except(made).FirstOrDefault() ?? made.Except(found).FirstOrDefault()) is { } other)
            throw new Hashing.DamagedFileException($"'{session.Path}' is a damaged collection: its tables are not those of version {version} "
                + $"({TableTexts.Beginning(other)}...).");
    }

    /// <summary>Throws where a version is none that this library reads.</summary>
    /// <exception cref="Hashing.DamagedFileException">It is newer, or none.</exception>
    public static void RequireVersion(string path, long version)
    {
        if (version > Version)
            throw new Hashing.DamagedFileException($"The collection '{path}' has version {version}, and this library reads up to version {Version}: update "
                + "the package SSAH.MLNet.Collections.");
        if (version < 1)
            throw new Hashing.DamagedFileException($"'{path}' is a damaged collection: it says that its version is {version}.");
    }

    /// <summary>
    /// Brings a file of an older version to this one, all or nothing: version 2 has checksums of paths and labels, version 3 of activations and removals.
    /// </summary>
    public static void Migrate(Session session)
    {
        if (VersionOf(session) == Version)
            return;
        session.Writing(() =>
        {
            // Another program may have done it meanwhile.
            long version = VersionOf(session);
            if (version < 2)
                AddImageChecksums(session);
            if (version < 3)
                AddActivationChecksums(session);
            return 0;
        });
    }

    private static void AddImageChecksums(Session session)
    {
        session.ExecuteScript(AddSecond);
        session.ForEach("SELECT id FROM image ORDER BY id", reader => ImageRow.Sign(session, reader.GetInt64(0)));
        Seal.Write(session);
    }

    // Readers that are behind read all codes again: the removals that they missed are not in the new table.
    private static void AddActivationChecksums(Session session)
    {
        Seal.Check(session);
        session.ExecuteScript(AddThird);
        session.Execute("UPDATE collection SET removals_from = revision");
        List<StoredModel> models = Models.All(session);
        foreach ((long image, long key) in session.Query("SELECT image, model FROM activation", reader => (reader.GetInt64(0), reader.GetInt64(1))))
        {
            StoredModel? model = models.Find(each => each.Key == key);
            if (model is null || session.Value("SELECT activation FROM activation WHERE image = $1 AND model = $2", image, key) is not byte[] { } activation
                || activation.Length != model.Bits * sizeof(float))
                throw new Hashing.DamagedFileException($"'{session.Path}' is a damaged collection: the activations of image {image} are not of its model.");
            session.Execute("UPDATE activation SET activation = $3 WHERE image = $1 AND model = $2", image, key,
                SealedBlob.Of(image, model, MemoryMarshal.Cast<byte, float>(activation)));
        }
        Seal.Write(session);
    }

    /// <summary>Makes the tables in an empty file.</summary>
    public static void Create(Session session) => session.ExecuteScript($"{CreateFirst}{AddSecond}{AddThird}COMMIT;");

    private static long VersionOf(Session session) => session.Number("PRAGMA user_version");

    // Page size and vacuum mode can be set only in an empty file.
    private const string CreateFirst = """
        PRAGMA auto_vacuum = INCREMENTAL;
        BEGIN;
        CREATE TABLE collection (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            model INTEGER NOT NULL REFERENCES model (id),
            revision INTEGER NOT NULL,
            removals_from INTEGER NOT NULL,
            keeps_activations INTEGER NOT NULL) STRICT;
        CREATE TABLE model (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            bits INTEGER NOT NULL,
            onnx BLOB) STRICT;
        CREATE TABLE root (
            id INTEGER PRIMARY KEY,
            path TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE image (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            root INTEGER NOT NULL REFERENCES root (id),
            path TEXT NOT NULL,
            size INTEGER NOT NULL,
            time INTEGER NOT NULL,
            hash BLOB,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            problem TEXT,
            revision INTEGER NOT NULL,
            UNIQUE (root, path)) STRICT;
        CREATE INDEX image_by_revision ON image (revision);
        CREATE TABLE code (
            image INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
            model INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
            code BLOB NOT NULL,
            PRIMARY KEY (image, model)) STRICT, WITHOUT ROWID;
        CREATE TABLE activation (
            image INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
            model INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
            activation BLOB NOT NULL,
            PRIMARY KEY (image, model)) STRICT, WITHOUT ROWID;
        CREATE TABLE label (
            image INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
            label TEXT NOT NULL,
            PRIMARY KEY (image, label)) STRICT, WITHOUT ROWID;
        CREATE INDEX label_by_text ON label (label, image);
        CREATE TABLE removal (
            image INTEGER PRIMARY KEY,
            revision INTEGER NOT NULL) STRICT;
        INSERT INTO root VALUES (0, '');
        PRAGMA application_id = 0x53534148;
        PRAGMA user_version = 1;

        """;

    private const string AddSecond = """
        CREATE TABLE checksum (
            image INTEGER PRIMARY KEY REFERENCES image (id) ON DELETE CASCADE,
            value INTEGER NOT NULL) STRICT;
        CREATE TABLE seal (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            value INTEGER NOT NULL) STRICT;
        PRAGMA user_version = 2;

        """;

    private const string AddThird = """
        DROP TABLE removal;
        CREATE TABLE removal (
            image INTEGER PRIMARY KEY,
            revision INTEGER NOT NULL,
            checksum INTEGER NOT NULL) STRICT;
        PRAGMA user_version = 3;

        """;
}
