using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Lists images by a table (.csv, .tsv) of their paths and labels.</summary>
internal static class LabelTable
{
    // No path, label or list of columns is longer; what is, is a quote without an end or no table at all.
    private const int MaxCellCharacters = 1 << 20;

    private static readonly string[] s_delimiters = ["\t", ",", ";", "|"];

    /// <summary>Lists the table's images in its order.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DamagedFileException">It is no table of the kind that the options describe.</exception>
    public static ImageListing List(string path, ImageTableOptions options)
    {
        string table = Path.GetFullPath(path);
        (string[] header, string[][] rows) = Read(table, options.Limits);
        int pathColumn = options.PathColumn is null ? 0 : ColumnNamed(table, header, options.PathColumn);
        int[] labelColumns = options.LabelColumns is null
            ? [.. Enumerable.Range(0, header.Length).Where(column => column != pathColumn)]
            : [.. options.LabelColumns.Select(name => ColumnNamed(table, header, name))];
        bool isIndicator = labelColumns.Length > 1 && rows.All(row => labelColumns.All(column => row[column] is "0" or "1"));
        string folder = Path.GetDirectoryName(table)!;
        var entries = new ImageEntry[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            string[] row = rows[i];
            if (row[pathColumn].Length == 0)
                throw new DamagedFileException($"'{table}', row {i + 1} below the header: the path in column '{header[pathColumn]}' is empty. Write "
                    + "the file's path there, or remove the row.");
            if (row[pathColumn].Contains('\0', StringComparison.Ordinal))
                throw new DamagedFileException($"'{table}', row {i + 1} below the header: the path in column '{header[pathColumn]}' has a zero byte in it. "
                    + "Save the table as UTF-8 text.");
            entries[i] = new ImageEntry(Path.GetFullPath(row[pathColumn], folder), isIndicator
                ? [.. labelColumns.Where(column => row[column] == "1").Select(column => header[column])]
                : [.. labelColumns.SelectMany(column => LabelsIn(row[column], options.LabelSeparator)).Distinct(StringComparer.Ordinal)]);
        }
        return ImageListing.OfFiles(table, entries);
    }

    private static string[] LabelsIn(string cell, char? separator) => separator is { } character
        ? cell.Split(character, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : cell.Length > 0 ? [cell] : [];

    private static int ColumnNamed(string table, string[] header, string name)
    {
        int column = Array.IndexOf(header, name);
        return column >= 0 ? column : throw new DamagedFileException(
            $"'{table}' has no column '{name}'; its header line has {string.Join(", ", header.Select(each => $"'{each}'"))}.");
    }

    private static void RequireShortHeader(StreamReader text, string table)
    {
        var start = new char[MaxCellCharacters];
        int length = text.ReadBlock(start);
        if (length == start.Length && !start.AsSpan().ContainsAny('\r', '\n'))
            throw new DamagedFileException($"The first line of '{table}' has more than {start.Length} characters: it is no table of paths and labels.");
        text.BaseStream.Position = 0;
        text.DiscardBufferedData();
    }

    private static (string[] Header, string[][] Rows) Read(string table, ReadingLimits limits)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            DetectDelimiter = true,
            DetectDelimiterValues = s_delimiters,
            Delimiter = EntryNames.EndingOf(table) == ".csv" ? "," : "\t",
            TrimOptions = TrimOptions.Trim,
            MaxFieldSize = MaxCellCharacters,
        };
        using var text = new StreamReader(table);
        if (text.BaseStream.Length > limits.MaxBytes)
            throw new DamagedFileException($"'{table}' has {text.BaseStream.Length} bytes, and the limits allow {limits.MaxBytes}.");
        RequireShortHeader(text, table);
        using var parser = new CsvParser(text, configuration);
        try
        {
            if (!parser.Read())
                throw new DamagedFileException($"'{table}' is empty. Its first line names the columns: a path and the labels.");
            string[] header = parser.Record!;
            var rows = new List<string[]>();
            while (parser.Read())
            {
                if (parser.Record!.Length != header.Length)
                    throw new DamagedFileException($"'{table}', line {parser.RawRow}: {parser.Record.Length} cells, but the header line has {header.Length}.");
                rows.Add(rows.Count < limits.MaxRows
                    ? parser.Record : throw new DamagedFileException($"'{table}' has more than the {limits.MaxRows} rows that the limits allow."));
            }
            return rows.Count > 0 ? (header, [.. rows]) : throw new DamagedFileException($"'{table}' has no row below its header line.");
        }
        catch (CsvHelperException error)
        {
            throw new DamagedFileException($"'{table}', line {parser.RawRow}: {error.Message}", error);
        }
    }
}
