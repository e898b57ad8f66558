using System.Text;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Export;

/// <summary>Images and their labels as a CSV that spreadsheets, <c>LoadImageTable</c> and <c>ssah label --table</c> read.</summary>
internal static class LabelExport
{
    /// <summary>Stands between the labels of an image.</summary>
    public const char Separator = ';';

    public static void Write(LabeledCodes rows, Stream stream)
    {
        if (rows.Images.SelectMany(image => image.Labels).FirstOrDefault(label => label.Contains(Separator, StringComparison.Ordinal)) is { } label)
            throw new ToolException($"label '{label}' has a '{Separator}', which stands between the labels of an image in a table. Rename it, or take "
                + "--format parquet.");
        using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        LabelTableFile.Write(rows.Images, text, ',', Separator);
    }
}
