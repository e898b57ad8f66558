using System.Text.Json;
using System.Text.Json.Serialization;

namespace SSAH.MLNet.Cli.Serve.Labeling;

/// <summary>
/// What labeling leaves behind beside the labels themselves: changes, for undo, and images that were skipped. A line of JSON for each, beside the
/// collection, so that all is there when the service is started again.
/// </summary>
/// <param name="path">The file; it is made by the first line.</param>
internal sealed class LabelingFile(string path)
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <param name="Change">Labels that were given.</param>
    /// <param name="Undone">Number of a change that was taken back, or can be no more.</param>
    /// <param name="Skipped">An image that was skipped.</param>
    /// <param name="Unskipped">All images that were skipped are proposed again.</param>
    internal sealed record Line(LabelChange? Change = null, long? Undone = null, long? Skipped = null, bool? Unskipped = null);

    /// <summary>The file of a collection.</summary>
    public static LabelingFile Of(string collection) => new($"{collection}.labeling");

    /// <summary>All lines but those that a kill has cut.</summary>
    public IReadOnlyList<Line> Read()
    {
        try
        {
            return File.Exists(path) ? [.. File.ReadLines(path).Select(Parsed).OfType<Line>()] : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The labels themselves are in the collection.
            return [];
        }
    }

    /// <summary>Adds a line; where it cannot be written, labels are saved all the same.</summary>
    public void Add(Line line)
    {
        try
        {
            // The line before may have been cut.
            File.AppendAllText(path, "\n" + JsonSerializer.Serialize(line, s_json));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Undo and skipped images then last as long as the service.
        }
    }

    private static Line? Parsed(string line)
    {
        try
        {
            return line.Length == 0 ? null : JsonSerializer.Deserialize<Line>(line, s_json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
