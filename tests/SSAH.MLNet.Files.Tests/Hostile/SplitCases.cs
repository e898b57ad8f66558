using System.Text;

namespace SSAH.MLNet.Files.Tests.Hostile;

/// <summary>Splits, of version 1, which needs no checksum.</summary>
internal static class SplitCases
{
    private const string Head = "ssah-retrieval-split 1\nprotocol p\nseed 1\nrows 10\ndatabase unlabeled\n";

    public static IEnumerable<HostileCase> All =>
    [
        Text("nothing", ""), Text("version 3", Head.Replace("split 1", "split 3", StringComparison.Ordinal)), Text("version 2 without a checksum",
            Head.Replace("split 1", "split 2", StringComparison.Ordinal) + "end 0\n"),
        Text("rows 2147483648", Head.Replace("rows 10", "rows 2147483648", StringComparison.Ordinal) + "end 0\n"),
        Text("rows -1", Head.Replace("rows 10", "rows -1", StringComparison.Ordinal) + "end 0\n"),
        Text("rows in Arabic digits", Head.Replace("rows 10", "rows \u0661\u0660", StringComparison.Ordinal) + "end 0\n"),
        Text("row -1", Head + "-1,query\nend 1\n"), Text("row 2^63", Head + "9223372036854775808,query\nend 1\n"),
        Text("row 10 of 10", Head + "10,query\nend 1\n"),
        Text("row twice", Head + "3,query\n3,labeled\nend 2\n"), Text("role of no name", Head + "3,\nend 1\n"), Text("role 17", Head + "3,17\nend 1\n"),
        Text("role in capitals", Head + "3,Query\nend 1\n"), Text("other count", Head + "3,query\nend 2147483647\n"), Text("count -1", Head + "end -1\n"),
        Text("no end", Head + "3,query\n"), Text("two ends", Head + "end 0\nend 0\n"), Text("zero bytes", Head + "\0\0\0\nend 1\n"),
        Text("protocol of a million letters", Head.Replace("protocol p", "protocol " + new string('p', 1_000_000), StringComparison.Ordinal) + "end 0\n"),
        new("split", "not UTF-8", () => [.. Encoding.UTF8.GetBytes(Head), 0xFF, 0xFE, (byte)'\n']),
        new("split", "UTF-16", () => Encoding.Unicode.GetBytes(Head + "end 0\n")),
        Text("a line without end", Head + new string('1', 5_000_000)),
    ];

    private static HostileCase Text(string name, string text) => new("split", name, () => Encoding.UTF8.GetBytes(text));
}
