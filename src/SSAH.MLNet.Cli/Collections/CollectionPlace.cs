using System.CommandLine;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>
/// Where the collection of a folder lies: in its hidden folder <c>.ssah</c>, or where <c>--collection</c> says. Commands find it from the folder, and from
/// any folder below, as git does.
/// </summary>
internal static class CollectionPlace
{
    /// <summary>Folder of the tool in a folder of images.</summary>
    public const string HiddenFolder = ".ssah";

    private const string FileName = "collection.db";

    /// <summary>The option <c>--collection</c>.</summary>
    public static Option<string?> NewOption() => new("--collection", "-c")
    {
        Description = $"The collection's file, or a folder that has one. Without it: {HiddenFolder}/{FileName} of the folder, or of a folder above.",
        HelpName = "FILE",
    };

    /// <summary>The argument that names a folder of images; the current one by default.</summary>
    public static Argument<string> NewFolder() => new("PHOTOS")
    {
        Description = "A folder that was indexed, or one below it; the current folder where it is left out.",
        DefaultValueFactory = _ => ".",
    };

    /// <summary>Where the collection of a folder is made.</summary>
    public static string For(string? given, string folder) =>
        given is null ? Inside(folder) : Directory.Exists(given) ? Inside(given) : Path.GetFullPath(given);

    /// <summary>The collection that is meant.</summary>
    /// <param name="given">What <c>--collection</c> says.</param>
    /// <param name="starts">Files or folders at which the search upward begins, one after the other.</param>
    /// <exception cref="ToolException">There is none.</exception>
    public static string Find(string? given, params IReadOnlyList<string> starts)
    {
        if (given is not null)
        {
            string file = For(given, given);
            return File.Exists(file) ? file : throw new ToolException($"there is no collection '{file}'. Make it: ssah index PHOTOS --collection {given}");
        }
        foreach (string start in starts)
            for (string? folder = Path.GetFullPath(start); folder is not null; folder = Path.GetDirectoryName(folder))
                if (File.Exists(Inside(folder)))
                    return Inside(folder);
        throw new ToolException($"there is no collection for '{starts[0]}', nor in a folder above. Make one: ssah index PHOTOS, or name one: --collection "
            + $"FILE");
    }

    private static string Inside(string folder) => Path.Combine(Path.GetFullPath(folder), HiddenFolder, FileName);
}
