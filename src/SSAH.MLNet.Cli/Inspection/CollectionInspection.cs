using SSAH.MLNet.Cli.Models;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Inspection;

/// <summary>Reads all of a collection and compares it with its checksums.</summary>
internal static class CollectionInspection
{
    public static string Read(string path, List<InspectedFact> facts)
    {
        using var collection = ImageCollection.Open(path, options: new ImageCollectionOptions { ReadOnly = true });
        collection.Verify();
        facts.Add(new("images", "images", collection.Count));
        facts.Add(new("folders", "folders", collection.Folders));
        facts.Add(new("bits", "bits", collection.Bits));
        facts.Add(new("modelId", "model", collection.ModelId));
        facts.Add(new("labels", "labels", collection.Labels.Select(label => $"{label.Key} ({Output.CommandOutput.Count(label.Value)})").ToArray()));
        try
        {
            facts.Add(new("method", "made by", ModelChoice.Describe(collection.Encoder)));
        }
        catch (InvalidOperationException)
        {
            facts.Add(new("method", "made by", "a model that it does not keep"));
        }
        // Every row is read, with its path, labels and code.
        facts.Add(new("bytesOfImages", "bytes of images", collection.Images.Sum(image => image.Size)));
        return "collection of images";
    }
}
