using Microsoft.Data.Sqlite;

namespace SSAH.MLNet.Files.Tests.Hostile;

/// <summary>Vector stores that SQLite finds whole, and one of version 1 whose migration finds more records in an index than in their table.</summary>
internal static class StoreCases
{
    // Each on a connection of its own, which reads the schema anew.
    private static readonly string[] s_recordInAnIndexOnly =
    [
        "PRAGMA writable_schema = ON; CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE tbl_name = 'records_1'; "
            + "DELETE FROM sqlite_schema WHERE tbl_name = 'records_1' AND type = 'index'; "
            + "UPDATE sqlite_schema SET sql = replace(sql, ' UNIQUE', '') WHERE name = 'records_1'",
        "DELETE FROM records_1 WHERE ssah_id = 2",
        "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE tbl_name = 'records_1'; INSERT INTO sqlite_schema SELECT * FROM kept",
        "DROP TABLE kept",
    ];

    private static readonly string[] s_noRevision =
    [
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'revision INTEGER NOT NULL', 'revision INTEGER') WHERE name = 'collection'",
        "UPDATE collection SET revision = NULL",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'revision INTEGER', 'revision INTEGER NOT NULL') WHERE name = 'collection'",
    ];

    public static IEnumerable<HostileCase> All =>
    [
        Sql("record of version 1 that only an index has", 1, s_recordInAnIndexOnly),
        Sql("version 1 without a revision", 1, s_noRevision),
        Sql("version 1 with a table of its records gone", 1, "DROP TABLE records_1"),
        Sql("version 1 without codes", 1, "DROP TABLE codes_1_0"),
        Sql("version 1 with another table", 1, "CREATE TABLE more (x)"),
        Sql("version 1 with a column more", 1, "ALTER TABLE records_1 ADD COLUMN ssah_checksum INTEGER"),
        Sql("version 1 that says it is version 2", 1, "PRAGMA user_version = 2"),
        Sql("trigger", 0, "CREATE TRIGGER theft AFTER UPDATE ON records_1 BEGIN DELETE FROM codes_1_0; END"),
        Sql("view", 0, "CREATE VIEW more AS SELECT * FROM records_1"),
        Sql("index over a function", 0, "CREATE INDEX records_1_by_9 ON records_1 (abs(Price))"),
        Sql("code of another length", 0, "UPDATE codes_1_0 SET code = X'00' WHERE record = 1"),
        Sql("code of a million bytes", 0, "UPDATE codes_1_0 SET code = zeroblob(1000000) WHERE record = 1"),
        Sql("bits 2^40", 0, "UPDATE vector SET bits = 1099511627776"),
        Sql("bits -1", 0, "UPDATE vector SET bits = -1"),
        Sql("definition of nothing", 0, "UPDATE collection SET definition = ''"),
        Sql("definition 10,000 deep", 0, $"UPDATE collection SET definition = '{new string('[', 10_000)}'"),
        Sql("version 2^31-1", 0, "PRAGMA user_version = 2147483647"),
        Sql("another program's", 0, "PRAGMA application_id = 1"),
        new("store", "version 1 in a write format to come", () =>
        {
            using FileTarget target = AllTargets.Named("store");
            byte[] bytes = [.. target.Samples[1]];
            bytes[18] = 3;
            return bytes;
        }),
        new("store", "nothing", () => []),
        new("store", "only a header", () => [.. "SQLite format 3\0"u8, .. new byte[84]]),
    ];

    private static HostileCase Sql(string name, int sample, params string[] statements) => new("store", name, () =>
    {
        using FileTarget target = AllTargets.Named("store");
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, target.Samples[sample]);
            foreach (string sql in statements)
            {
                using var connection = new SqliteConnection($"Data Source={path};Pooling=False;Foreign Keys=False");
                connection.Open();
                using SqliteCommand command = connection.CreateCommand();
                command.CommandText = sql;
                command.ExecuteNonQuery();
            }
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    });
}
