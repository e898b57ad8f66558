namespace SSAH.MLNet.Samples.Tests;

/// <summary>The repository that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>Its top folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The configuration that the tests were built in: Debug or Release.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>A file or folder by its path from the top.</summary>
    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SSAH.MLNet.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests lie outside the repository.");
        return folder.FullName;
    }
}
