namespace SSAH.MLNet;

/// <summary>Which files and folders belong to a collection of images, told by their names.</summary>
internal static class EntryNames
{
    // What file servers, desktops and tools leave behind; what starts with a dot is hidden anyway (.git, .ipynb_checkpoints, .DS_Store, ._NAME).
    private static readonly HashSet<string> s_tools = new(StringComparer.OrdinalIgnoreCase)
    {
        "@eaDir", "#recycle", "#snapshot", "@Recycle", "@Recently-Snapshot", "__MACOSX", "$RECYCLE.BIN", "RECYCLER", "System Volume Information",
            "lost+found", "__pycache__",
        "Thumbs.db", "ehthumbs.db", "desktop.ini",
    };

    /// <summary>Whether a file or folder is hidden or a well-known trace of a tool.</summary>
    public static bool IsHidden(ReadOnlySpan<char> name) => name.StartsWith('.') || s_tools.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);

    /// <summary>The file's ending in lower case with the dot, empty if it has none.</summary>
    public static string EndingOf(string path) => Path.GetExtension(path).ToLowerInvariant();

    /// <summary>The folders of a relative path, from the top down.</summary>
    public static string[] FoldersOf(string relativePath) => relativePath.Split(['/', Path.DirectorySeparatorChar])[..^1];
}
