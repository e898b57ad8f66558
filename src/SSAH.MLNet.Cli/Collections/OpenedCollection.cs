using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>Opens collections with errors that say what to do.</summary>
internal static class OpenedCollection
{
    public static ImageCollection Open(string path, ImageCollectionOptions? options = null)
    {
        try
        {
            return ImageCollection.Open(path, options: options);
        }
        catch (DamagedFileException error)
        {
            throw new ToolException($"{error.Message} Index the folder again with another --collection, or delete the file.", error);
        }
    }

    public static ImageCollection Create(string path, HashEncoder encoder, ImageCollectionOptions options)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return ImageCollection.Create(path, encoder, options);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new ToolException($"'{path}' cannot be written: {error.Message} Name a place that can be: --collection FILE.", error);
        }
    }
}
