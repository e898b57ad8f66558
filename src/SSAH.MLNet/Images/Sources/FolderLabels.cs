namespace SSAH.MLNet;

/// <summary>Takes the label of an image from the folders on the way to it.</summary>
internal static class FolderLabels
{
    /// <summary>The label of each image, null if no folder names one.</summary>
    /// <param name="folders">Folders of each image, from the top down.</param>
    /// <param name="level">The level that names the class, 1 for the first; null finds it.</param>
    /// <param name="warning">What was found instead of the folder that a file lies in, or null.</param>
    public static string?[] Of(IReadOnlyList<string[]> folders, int? level, out string? warning)
    {
        warning = null;
        if (level is { } fromTop)
            return [.. folders.Select(each => each.Length >= fromTop ? each[fromTop - 1] : null)];
        int up = FirstThatDiffers(folders);
        if (up > 0)
        {
            string own = folders.First(each => each.Length > 0)[^1];
            warning = $"All images lie in folders named '{own}', so that the label is the name of the folder above; ImageFilesOptions.ClassLevel "
                + "chooses another";
        }
        return [.. folders.Select(each => each.Length > up ? each[^(up + 1)] : null)];
    }

    // 0 for the files' own folders, which also stand where no level differs: then there is one class.
    private static int FirstThatDiffers(IReadOnlyList<string[]> folders)
    {
        string[][] labeled = [.. folders.Where(each => each.Length > 0)];
        for (int up = 0; labeled.Length > 0 && labeled.All(each => each.Length > up); up++)
            if (labeled.Any(each => each[^(up + 1)] != labeled[0][^(up + 1)]))
                return up;
        return 0;
    }
}
