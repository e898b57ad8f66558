namespace SSAH.MLNet.Collections.Storage;

/// <summary>The statements that made the tables and indexes of a file, as SQLite keeps them, each after its kind.</summary>
internal static class TableTexts
{
    // Those that SQLite makes when somebody has a file analyzed.
    private static readonly string[] s_statistics =
        ["table CREATE TABLE sqlite_stat1(tbl,idx,stat)", "table CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"];

    /// <summary>Those of a file, in the order of the names, but for SQLite's own statistics. A trigger may have a name of SQLite's own too: it would run as
    /// any other.</summary>
    public static List<string> Of(Session session) =>
        [.. session.Query("SELECT type || ' ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name", reader => reader.GetString(0))
            .Except(s_statistics)];

    /// <summary>Those that a script makes in an empty file.</summary>
    /// <param name="script">Begins a transaction.</param>
    public static List<string> Made(string script)
    {
        using Session empty = Session.Open(":memory:", TimeSpan.Zero, creates: true);
        empty.ExecuteScript($"{script}COMMIT;");
        return Of(empty);
    }

    /// <summary>What an error says of one: its first 60 characters, on one line.</summary>
    public static string Beginning(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line[..Math.Min(line.Length, 60)];
    }
}
