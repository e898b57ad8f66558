namespace SSAH.MLNet.BenchmarkData;

/// <summary>How images are to be read.</summary>
public sealed record ImageReadOptions
{
    /// <summary>Pixels a row and rows that images are scaled to. Formats with a size of their own (CIFAR-10 binary, Fashion-MNIST) keep it:
    /// 32.</summary>
    public int Side { get; init; } = 32;

    /// <summary>The class system to use where a collection has two.</summary>
    public ClassDetail Detail { get; init; } = ClassDetail.Fine;

    /// <summary>Images a class where they have to be drawn.</summary>
    public int DrawnPerClass { get; init; } = 1000;

    /// <summary>Seed of the drawn images.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>Reads every form of image collection that the experiments know, and finds one where none is named.</summary>
public static class ImageSets
{
    /// <summary>Name of the environment variable that points to images, or to a folder that holds <c>cifar10.tar.gz</c>.</summary>
    public const string DataVariable = "SSAH_DATA";

    private const string CifarArchive = "cifar10.tar.gz";

    /// <summary>
    /// The images at <paramref name="path"/>, else at <c>SSAH_DATA</c>, else <c>../shared/data/cifar10.tar.gz</c> beside the repository, else
    /// Debian's
    /// Fashion-MNIST where it is installed, else images drawn in code.
    /// </summary>
    /// <param name="path">A folder, an archive, or null to look for one.</param>
    /// <param name="options">How to read; null for the defaults.</param>
    /// <param name="say">Receives one line that says what was taken.</param>
    /// <exception cref="FileNotFoundException">A path was named, but nothing is there.</exception>
    /// <exception cref="InvalidDataException">What is there cannot be used.</exception>
    public static ImageSet Find(string? path = null, ImageReadOptions? options = null, Action<string>? say = null)
    {
        options ??= new ImageReadOptions();
        var (chosen, reason) = Choose(path, Environment.GetEnvironmentVariable(DataVariable), RepositoryRoot());
        say?.Invoke($"data: {chosen ?? "drawn in code"} ({reason})");
        return chosen is null ? DrawnImages.Create(options.DrawnPerClass, options.Side, options.Seed) : Read(chosen, options);
    }

    /// <summary>Reads the folder or archive at <paramref name="path"/>, whatever of the known forms it has.</summary>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    /// <exception cref="InvalidDataException">What is there cannot be used.</exception>
    public static ImageSet Read(string path, ImageReadOptions? options = null)
    {
        options ??= new ImageReadOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Side, 1, nameof(options));
        if (Directory.Exists(path) && FashionMnist.IsAt(path))
            return FashionMnist.Read(path);
        if (!Directory.Exists(path) && !File.Exists(path))
            throw new FileNotFoundException($"{path} does not exist. Give a folder of CLASS/FILE.jpg, a .tar.gz of such folders, or the binary " +
                $"CIFAR-10.", path);
        if (!Directory.Exists(path) && !CollectionFiles.IsArchive(path))
            throw new InvalidDataException($"{path} is neither a folder nor a .tar.gz archive.");
        if (CollectionFiles.Enumerate(path).Select(file => file.Path).FirstOrDefault(IsTelling) is { } first && CifarBinary.IsBatch(first))
            return CifarBinary.Read(path);

        var files = CollectionFiles.Read(path, options.Side, options.Side);
        return LabelTables.Fit(files)
            ? LabelTables.ToImageSet(files, path, options.Side, options.Side, options.Detail)
            : LabeledFolders.ToImageSet(files, path, options.Side, options.Side);
    }

    /// <summary>The folder that holds <c>SSAH.MLNet.sln</c>, above the program or the current folder; null outside a checkout.</summary>
    public static string? RepositoryRoot()
    {
        foreach (var start in (string[])[AppContext.BaseDirectory, Environment.CurrentDirectory])
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "SSAH.MLNet.sln")))
                    return folder.FullName;
            }
        }

        return null;
    }

    internal static (string? Path, string Reason) Choose(string? path, string? variable, string? root)
    {
        if (!string.IsNullOrEmpty(path))
            return (InFolder(path), "as asked");
        if (!string.IsNullOrEmpty(variable))
            return (InFolder(variable), $"from {DataVariable}");
        if (root is not null && Path.GetFullPath(Path.Combine(root, "..", "shared", "data", CifarArchive)) is var shared && File.Exists(shared))
            return (shared, "found beside the repository");
        return FashionMnist.IsAt(FashionMnist.InstalledAt)
            ? (FashionMnist.InstalledAt, "Debian's package dataset-fashion-mnist")
            : (null, $"no --data, no {DataVariable}, no ../shared/data/{CifarArchive}, no dataset-fashion-mnist");
    }

    private static string InFolder(string path) => Path.Combine(path, CifarArchive) is var archive && File.Exists(archive) ? archive : path;

    private static bool IsTelling(string path) => CifarBinary.IsBatch(path) || CollectionFiles.IsImageName(path);
}
