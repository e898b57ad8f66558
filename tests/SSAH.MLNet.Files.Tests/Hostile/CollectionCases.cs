using Microsoft.Data.Sqlite;

namespace SSAH.MLNet.Files.Tests.Hostile;

/// <summary>Collections that SQLite finds whole.</summary>
internal static class CollectionCases
{
    public static IEnumerable<HostileCase> All =>
    [
        Sql("trigger", "CREATE TRIGGER theft AFTER UPDATE ON collection BEGIN DELETE FROM label; END"),
        Sql("view", "CREATE VIEW more AS SELECT * FROM image"), Sql("another table", "CREATE TABLE more (x)"),
        Sql("another index", "CREATE INDEX more ON image (time)"),
        Sql("virtual table", "CREATE VIRTUAL TABLE more USING fts5(x)"), Sql("table gone", "DROP TABLE activation"),
        Sql("table empty", "DELETE FROM collection"),
        Sql("code of another length", "UPDATE code SET code = X'00' WHERE image = 1"), Sql("codes exchanged",
            "UPDATE code SET code = (SELECT code FROM code WHERE image = 1) WHERE image = 2"),
        Sql("code of a million bytes", "UPDATE code SET code = zeroblob(1000000) WHERE image = 1"),
        Sql("bits 0", "UPDATE model SET bits = 0"), Sql("bits 2^40", "UPDATE model SET bits = 1099511627776"), Sql("bits -1", "UPDATE model SET bits = -1"),
        Sql("model of one byte", "UPDATE model SET onnx = X'08'"), Sql("model of zeros", "UPDATE model SET onnx = zeroblob(1000000)"),
        Sql("model of another name", "UPDATE model SET name = 'sha256:0'"), Sql("view in place of a table",
            "PRAGMA foreign_keys = OFF; ALTER TABLE removal RENAME TO gone; CREATE VIEW removal AS SELECT 1 AS image, 2 AS revision"),
        Sql("version 0", "PRAGMA user_version = 0"), Sql("version 2^31-1", "PRAGMA user_version = 2147483647"),
        Sql("another program's", "PRAGMA application_id = 1"),
        new("collection", "nothing", () => []), new("collection", "only a header", () => [.. "SQLite format 3\0"u8, .. new byte[84]]),
        Bytes("page size 1", 16, [0, 2]), Bytes("page size 3", 16, [0, 3]), Bytes("2^32-1 pages", 28, [0xFF, 0xFF, 0xFF, 0xFF]),
        Bytes("free list at page 2^32-1", 32, [0xFF, 0xFF, 0xFF, 0xFF]), Bytes("UTF-16", 56, [0, 0, 0, 2]), Bytes("schema format 99", 44, [0, 0, 0, 99]),
        Bytes("first page without cells", 100, [13, 0, 0, 0, 0, 0, 0]),
    ];

    private static HostileCase Sql(string name, string sql) => new("collection", name, () =>
    {
        using var target = new CollectionTarget();
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, target.Samples[0]);
            using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
            {
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

    private static HostileCase Bytes(string name, int at, byte[] put) => new("collection", name, () =>
    {
        using var target = new CollectionTarget();
        byte[] bytes = [.. target.Samples[0]];
        put.CopyTo(bytes, at);
        return bytes;
    }, IsHarmless: name is "free list at page 2^32-1");
}
