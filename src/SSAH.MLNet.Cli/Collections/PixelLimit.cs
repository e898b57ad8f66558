using System.CommandLine;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>The option <c>--max-pixels</c>, and how it is called where an image is over the limit.</summary>
internal static class PixelLimit
{
    private const string Name = "--max-pixels";

    // The bytes of an image lie in one array, four a pixel.
    private const long Most = int.MaxValue / 4;

    /// <summary>The option.</summary>
    /// <param name="also">A further sentence for the help.</param>
    public static Option<long?> NewOption(string also = "") => new(Name)
    {
        Description = $"Largest image that is read, in pixels: 100 million without it.{also}", HelpName = "N",
    };

    /// <summary>How images are read then.</summary>
    /// <exception cref="ToolException">It is below 1 or more than an array holds.</exception>
    public static ImageReadingOptions Reading(long? pixels) => pixels switch
    {
        null => new ImageReadingOptions(),
        < 1 or > Most => throw new ToolException($"{Name} lies from 1 to {CommandOutput.Count(Most)}."),
        { } limit => new ImageReadingOptions { MaxPixels = limit },
    };

    /// <summary>Why an image is left out, with the option of the command line in place of the library's.</summary>
    public static string Reason(string reason) => reason.Replace(" (option MaxPixels)", $"; 'ssah index {Name} N' sets another", StringComparison.Ordinal);
}
