using System.Globalization;
using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Cli.Inspection;

/// <summary>Something that a file says of itself.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Value">The value.</param>
internal sealed record InspectedFact(string Name, string Title, object Value)
{
    /// <summary>The value for people.</summary>
    public string Text => Value switch
    {
        string text => text,
        int or long => CommandOutput.Count(Convert.ToInt64(Value, CultureInfo.InvariantCulture)),
        double number => number.ToString("0.###", CultureInfo.InvariantCulture),
        bool yes => yes ? "yes" : "no",
        IEnumerable<string> several => string.Join(", ", several),
        _ => Convert.ToString(Value, CultureInfo.InvariantCulture) ?? "",
    };
}
