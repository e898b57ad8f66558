namespace SSAH.MLNet.Collections.Storage;

/// <summary>A synced folder. Images are stored with their path from it, with slashes on every system.</summary>
/// <param name="Key">Its row; <see cref="Schema.NoRoot"/> stands for images that were added by themselves, whose paths are absolute.</param>
/// <param name="Path">Its full path; empty for <see cref="Schema.NoRoot"/>.</param>
internal sealed record Root(long Key, string Path)
{
    private static readonly StringComparison s_comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    public static List<Root> All(Session session) =>
        session.Query("SELECT id, path FROM root ORDER BY id", reader => new Root(reader.GetInt64(0), reader.GetString(1)));

    /// <summary>The root that a file or folder belongs to: the deepest synced folder above it.</summary>
    public static Root Of(IEnumerable<Root> roots, string fullPath) =>
        roots.Where(root => root.RelativePathOf(fullPath) is not null).MaxBy(root => root.Path.Length)!;

    /// <summary>The path from this root, with slashes, or null if it does not lie below.</summary>
    public string? RelativePathOf(string fullPath)
    {
        if (Key == Schema.NoRoot)
            return WithSlashes(fullPath);
        if (fullPath.Length == Path.Length)
            return fullPath.Equals(Path, s_comparison) ? "" : null;
        string start = Path.EndsWith(System.IO.Path.DirectorySeparatorChar) ? Path : Path + System.IO.Path.DirectorySeparatorChar;
        return fullPath.StartsWith(start, s_comparison) ? WithSlashes(fullPath[start.Length..]) : null;
    }

    /// <summary>The full path of one from this root.</summary>
    public string FullPathOf(string relativePath) => FullPathOf(Path, relativePath);

    public static string FullPathOf(string root, string relativePath)
    {
        string native = OperatingSystem.IsWindows() ? relativePath.Replace('/', '\\') : relativePath;
        return root.Length == 0 ? native : System.IO.Path.Combine(root, native);
    }

    /// <summary>Whether this root is a folder or lies below it.</summary>
    public bool IsBelow(string folder) => Key != Schema.NoRoot && new Root(-1, folder).RelativePathOf(Path) is not null;

    private static string WithSlashes(string path) => OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;
}
