using SSAH.MLNet.Cli.Collections;

namespace SSAH.MLNet.Cli.Export;

/// <summary>A format that a collection is written in.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Ending">Ending of its files.</param>
/// <param name="HasPathsBeside">Whether the paths go into a file beside it, as the format has no place for them.</param>
/// <param name="Write">Writes the codes, the labels and the paths.</param>
internal sealed record ExportFormat(string Name, string Ending, bool HasPathsBeside, Action<LabeledCodes, Stream> Write)
{
    /// <summary>The table of labels, which has no codes.</summary>
    public const string Labels = "labels";

    /// <summary>All formats but the model itself, which is another thing.</summary>
    public static IReadOnlyList<ExportFormat> All { get; } =
    [
        new("raw", ".codes", true, RawCodes.Write),
        new("faiss", ".faiss", true, FaissFile.Write),
        new("npy", ".npy", true, NpyFile.Write),
        new("parquet", ".parquet", false, ParquetTable.Write),
        new(Labels, ".csv", false, LabelExport.Write),
    ];
}
