namespace SSAH.MLNet.BenchmarkData;

/// <summary>Labels from paths: <c>[part/]class/.../file.jpg</c>, below any number of folders that all files share.</summary>
internal static class LabeledFolders
{
    public static ImageSet ToImageSet(CollectionFiles files, string path, int width, int height)
    {
        if (files.Images.Count == 0)
            throw new InvalidDataException($"{path} holds no image that can be used{FirstReason(files)}. Give a folder or .tar.gz of " +
                $"CLASS/FILE.jpg, or of train|test/CLASS/FILE.jpg.");

        var paths = files.Images.Select(image => image.Path.Split('/')).ToArray();
        var shared = SharedFolders(paths);
        var parts = new ImagePart[paths.Length];
        var classes = new string[paths.Length];
        for (var i = 0; i < paths.Length; i++)
        {
            var folders = paths[i].AsSpan(shared..^1);
            if (folders is [var first, ..] && PartNamed(first) is { } part)
            {
                parts[i] = part;
                folders = folders[1..];
            }

            classes[i] = folders is [var name, ..]
                ? name
                : throw new InvalidDataException($"{path}: {files.Images[i].Path} lies in no class folder. Give CLASS/FILE.jpg, or " +
                    $"train|test/CLASS/FILE.jpg.");
        }

        string[] names = [.. classes.Distinct().Order(StringComparer.Ordinal)];
        var numbers = names.Select((name, number) => (name, number)).ToDictionary(pair => pair.name, pair => pair.number);
        int[][] labels = [.. classes.Select(name => new[] { numbers[name] })];
        return new ImageSet(NameOf(path), path, width, height, ImageBlock.Of(files.Images, width, height, path), labels, names, parts,
            files.Skipped, path);
    }

    /// <summary>The file's or folder's name without what archives add to it; the known archives have a name of their own.</summary>
    public static string NameOf(string path)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        foreach (var ending in (string[])[".tar.gz", ".tgz", ".tar"])
        {
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                name = name[..^ending.Length];
        }

        return name switch
        {
            "cifar10" => "CIFAR-10 (JPEG copy)", // encoded again, which makes it a little harder than the original
            "grocery" => "Grocery Store",
            "ucmerced" => "UC Merced",
            _ => name,
        };
    }

    public static ImagePart? PartNamed(string folder) => folder.ToUpperInvariant() switch
    {
        "TRAIN" or "TRAINING" => ImagePart.Train,
        "TEST" or "TESTING" => ImagePart.Test,
        "VAL" or "VALID" or "VALIDATION" => ImagePart.Validation,
        _ => null,
    };

    // Leading folders that every file has, as long as a class (or part and class) folder is left below them.
    private static int SharedFolders(string[][] paths)
    {
        var shared = 0;
        while (paths.All(path => path.Length > shared + 2 && path[shared] == paths[0][shared]) && PartNamed(paths[0][shared]) is null)
            shared++;
        return shared;
    }

    private static string FirstReason(CollectionFiles files) =>
        files.Skipped is [var first, ..] ? $" ({files.Skipped.Count} skipped; {first.Path}: {first.Reason})" : "";
}
