using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>Images and their labels as a table that <c>LoadImageTable</c> reads: a row for each label of an image.</summary>
internal static class LabelTableFile
{
    /// <summary>Writes the table; an image without labels has one row with an empty one.</summary>
    public static void Write(IEnumerable<CollectionImage> images, string table)
    {
        using var text = new StreamWriter(table);
        text.WriteLine("path\tlabel");
        foreach (CollectionImage image in images)
            foreach (string label in image.Labels.DefaultIfEmpty(""))
                text.WriteLine($"{Quoted(image.Path)}\t{Quoted(label)}");
    }

    // Labels and paths may hold any character.
    private static string Quoted(string cell) => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
