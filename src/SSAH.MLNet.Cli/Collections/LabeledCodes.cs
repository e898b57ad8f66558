using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>Images of a collection with their codes and labels, as evaluation and export take them.</summary>
/// <param name="Images">The images.</param>
/// <param name="Codes">Their codes.</param>
/// <param name="Labels">Their labels.</param>
internal sealed record LabeledCodes(IReadOnlyList<CollectionImage> Images, BinaryCodes Codes, LabelSets Labels)
{
    /// <summary>Reads those images of a collection that have a label.</summary>
    /// <exception cref="ToolException">Fewer than two have one.</exception>
    public static LabeledCodes ReadLabeled(ImageCollection collection, string path)
    {
        LabeledCodes read = Read(collection, image => image.Labels.Count > 0);
        return read.Images.Count >= 2 ? read : throw new ToolException(
            $"'{PathText.Of(path)}' has {CommandOutput.Count(read.Images.Count, "image")} with a label, and figures need at least two. Give labels: ssah "
                + $"label PHOTOS --by-folder, or --table LABELS.csv.");
    }

    /// <summary>Reads all images of a collection.</summary>
    public static LabeledCodes ReadAll(ImageCollection collection) => Read(collection, _ => true);

    private static LabeledCodes Read(ImageCollection collection, Func<CollectionImage, bool> takes)
    {
        CollectionImage[] images = [.. collection.Images.Where(takes)];
        var codes = new BinaryCodes(collection.Bits, images.Length) { ModelId = collection.ModelId };
        foreach (CollectionImage image in images)
            codes.Add(image.Code.Span);
        return new LabeledCodes(images, codes, LabelsOf(images));
    }

    private static LabelSets LabelsOf(CollectionImage[] images)
    {
        string[] names = [.. images.SelectMany(image => image.Labels).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Dictionary<string, int> numbers = names.Index().ToDictionary(each => each.Item, each => each.Index, StringComparer.Ordinal);
        return images.All(image => image.Labels.Count <= 1)
            ? LabelSets.FromClasses([.. images.Select(image => image.Labels is [var only] ? numbers[only] : -1)], names)
            : LabelSets.FromSets([.. images.Select(image => (IReadOnlyCollection<int>)[.. image.Labels.Select(label => numbers[label])])], names.Length, names);
    }
}
