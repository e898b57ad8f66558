using System.CommandLine;
using Microsoft.ML;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>Looks for copies among images that are each searched among the others: whoever finds its own copy flatters the figures.</summary>
internal static class LeakCheck
{
    /// <summary>The option that leaves it out.</summary>
    public static Option<bool> NewOption() => new("--no-leaks")
    {
        Description = "Do not look for copies among the labeled images, which reads each of them.",
    };

    /// <summary>Reads the images and looks.</summary>
    public static LeakReport Run(IReadOnlyList<CollectionImage> images, CommandOutput output, CancellationToken cancellation) =>
        output.Progress("looking for copies", "images", progress => new MLContext().HashRetrieval.FindLeaks(
            [.. images.Select(image => image.Path)], new DuplicateOptions { Progress = new DuplicatesProgress(progress) }, cancellation));
}
