using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace SSAH.MLNet.Cli.Output;

/// <summary>
/// The console as a command sees it: results on standard output, everything else on standard error. Numbers are written in the invariant culture.
/// </summary>
/// <param name="outWriter">Takes results.</param>
/// <param name="errorWriter">Takes progress, remarks and errors.</param>
internal sealed class CommandOutput(TextWriter outWriter, TextWriter errorWriter)
{
    /// <summary>How results are written as JSON.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        // File names stay readable; the text is never put into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Lock _writing = new();

    /// <summary>Whether results are JSON.</summary>
    public bool IsJson { get; init; }

    /// <summary>Whether progress and remarks are left out.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Whether somebody reads standard output in a terminal.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether somebody reads standard error in a terminal.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Writes the result in one of its two forms.</summary>
    /// <param name="json">What is written with <c>--json</c>.</param>
    /// <param name="text">Writes the lines for people and for pipes.</param>
    public void Result(object json, Action text)
    {
        if (IsJson)
            outWriter.WriteLine(JsonSerializer.Serialize(json, Json));
        else
            text();
    }

    /// <summary>Writes a line of the result.</summary>
    public void Line(string text = "") => outWriter.WriteLine(text);

    /// <summary>Writes a line of the result whose first part stands out in a terminal.</summary>
    public void Line(string text, string strong)
    {
        if (IsTerminal && Terminal.AllowsColor)
            Console(outWriter, isTerminal: true).MarkupLineInterpolated($"[bold]{strong}[/]{text}");
        else
            outWriter.WriteLine(strong + text);
    }

    /// <summary>Writes rows in columns two blanks apart; numbers stand right.</summary>
    /// <param name="rows">Cells; rows may be of different lengths.</param>
    /// <param name="right">Columns that stand right.</param>
    public void Table(IReadOnlyList<string[]> rows, params int[] right)
    {
        int columns = rows.Count == 0 ? 0 : rows.Max(row => row.Length);
        int[] widths = [.. Enumerable.Range(0, columns).Select(column => rows.Max(row => column < row.Length ? row[column].Length : 0))];
        foreach (string[] row in rows)
            outWriter.WriteLine(string.Join("  ", row.Select((cell, column) =>
                right.Contains(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd());
    }

    /// <summary>Writes a remark on standard error; not with <c>--quiet</c>.</summary>
    public void Note(string text)
    {
        if (!IsQuiet)
            WriteError(text, color: null);
    }

    /// <summary>Writes what the user must know.</summary>
    public void Warn(string text) => WriteError($"warning: {text}", "yellow");

    /// <summary>Writes why the command did not do what it was asked for.</summary>
    public void Error(string text) => WriteError($"error: {text}", "red");

    /// <summary>Does long work and shows how far it is.</summary>
    /// <param name="what">What is done, such as <c>encoding</c>.</param>
    /// <param name="unit">What is counted, such as <c>images</c>.</param>
    /// <param name="work">Reports how much is done of how much.</param>
    public T Progress<T>(string what, string unit, Func<IProgress<WorkDone>, T> work)
    {
        if (IsQuiet)
            return work(NoProgress.Instance);
        if (IsErrorTerminal)
            return TerminalProgress.Run(Console(errorWriter, isTerminal: true), what, unit, work);
        using var lines = new LineProgress(text => WriteError(text, color: null), what, unit);
        return work(lines);
    }

    /// <summary>A number with a comma between thousands.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>How many there are of something, such as <c>1 image</c> and <c>2 images</c>.</summary>
    public static string Count(long number, string singular) => $"{Count(number)} {singular}{(number == 1 ? "" : "s")}";

    /// <summary>The same where the plural is another word.</summary>
    public static string Count(long number, string singular, string plural) => $"{Count(number)} {(number == 1 ? singular : plural)}";

    private void WriteError(string text, string? color)
    {
        lock (_writing)
        {
            if (color is not null && IsErrorTerminal && Terminal.AllowsColor)
                Console(errorWriter, isTerminal: true).Write(new Text(text + Environment.NewLine, new Style(Style.Parse(color).Foreground)));
            else
                errorWriter.WriteLine(text);
        }
    }

    private static IAnsiConsole Console(TextWriter writer, bool isTerminal) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = isTerminal && Terminal.AllowsColor ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Out = new AnsiConsoleOutput(writer),
    });
}
