using System.Text.RegularExpressions;

namespace SSAH.MLNet.Orleans;

/// <summary>Names of indexes are names of folders and parts of grain keys.</summary>
internal static partial class IndexName
{
    public static void ThrowIfNone(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!Pattern().IsMatch(name))
            throw new ArgumentException($"'{name}' is no name of an index: take 1 to 64 lowercase letters, digits, '-' and '_', a letter or digit first.",
                nameof(name));
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,63}\\z")]
    private static partial Regex Pattern();
}
