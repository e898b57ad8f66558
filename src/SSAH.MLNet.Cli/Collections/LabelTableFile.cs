using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>Images and their labels as a table that <c>LoadImageTable</c> reads.</summary>
internal static class LabelTableFile
{
    /// <summary>Stands between the labels of an image: the unit separator, which no label has.</summary>
    public const char Separator = '\u001f';

    /// <summary>Writes the table, a row for each image.</summary>
    public static void Write(IEnumerable<CollectionImage> images, string table)
    {
        using var text = new StreamWriter(table);
        text.WriteLine("path\tlabel");
        foreach (CollectionImage image in images)
            text.WriteLine($"{Quoted(image.Path)}\t{Quoted(string.Join(Separator, image.Labels))}");
    }

    // Labels and paths may hold any other character.
    private static string Quoted(string cell) => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
