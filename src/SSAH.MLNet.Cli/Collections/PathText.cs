namespace SSAH.MLNet.Cli.Collections;

/// <summary>Paths as results show them.</summary>
internal static class PathText
{
    /// <summary>From the current folder where the file lies below it, else the full path.</summary>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path), relative = Path.GetRelativePath(".", full);
        return Path.IsPathRooted(relative) || relative == ".." || relative.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? full
            : relative;
    }
}
