using System.Text;

namespace SSAH.MLNet.Files.Tests.Hostile;

/// <summary>Tables that end nowhere, or have other cells than they say. Their paths are only listed here.</summary>
internal static class TableCases
{
    public static IEnumerable<HostileCase> All =>
    [
        Text("nothing", ""), Text("only a header", "path,label\n"), Text("only line ends", "\n\n\n"), Text("a cell too few", "path,label\na.png\n"),
        Text("a cell too many", "path,label\na.png,x,y\n"), Text("no path", "path,label\n,x\n"), Text("zero byte in a path", "path,label\na\0.png,x\n"),
        Text("quote without end", "path,label\n\"a.png,x\nb.png,y\n"), Text("a million quotes", "path,label\n" + new string('"', 1_000_001) + "\n"),
        Text("cell of 20 million letters", "path,label\n\"" + new string('x', 20_000_000)),
        Text("header of a million columns", string.Join(',', Enumerable.Range(0, 1_000_000)) + "\n1\n"),
        new("table", "UTF-16 without a mark", () => Encoding.Unicode.GetBytes("path,label\na.png,x\n")),
        new("table", "zeros", () => new byte[100_000]),
        Text("formula", "path,label\na.png,=cmd|' /C calc'!A0\n", isHarmless: true),
        Text("path out of the folder", "path,label\n../../etc/passwd,x\n", isHarmless: true),
    ];

    private static HostileCase Text(string name, string text, bool isHarmless = false) => new("table", name, () => Encoding.UTF8.GetBytes(text), isHarmless);
}
