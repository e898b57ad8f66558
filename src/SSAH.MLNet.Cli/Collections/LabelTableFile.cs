using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>Images and their labels as a table that <c>LoadImageTable</c> reads.</summary>
internal static class LabelTableFile
{
    /// <summary>Stands between the labels of an image: the unit separator, which no label has.</summary>
    public const char Separator = '\u001f';

    /// <summary>Writes the table of another program of ours, a row for each image.</summary>
    public static void Write(IEnumerable<CollectionImage> images, string table)
    {
        using var text = new StreamWriter(table);
        Write(images, text, '\t', Separator);
    }

    /// <summary>Writes a table, a row for each image.</summary>
    /// <param name="images">The images.</param>
    /// <param name="text">Takes the table.</param>
    /// <param name="cells">Stands between the cells.</param>
    /// <param name="labels">Stands between the labels of an image.</param>
    public static void Write(IEnumerable<CollectionImage> images, TextWriter text, char cells, char labels)
    {
        text.WriteLine($"path{cells}label");
        foreach (CollectionImage image in images)
            text.WriteLine($"{Quoted(image.Path)}{cells}{Quoted(string.Join(labels, image.Labels))}");
    }

    // Labels and paths may hold any other character.
    private static string Quoted(string cell) => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
