using System.Globalization;
using System.Net;

namespace SSAH.MLNet.Reports.Page;

/// <summary>Text and numbers as HTML and SVG want them.</summary>
internal static class Markup
{
    /// <summary>Text that cannot leave its element or attribute; characters that XML forbids become a replacement mark.</summary>
    public static string Text(string text) =>
        WebUtility.HtmlEncode(string.Concat(text.EnumerateRunes().Select(rune => IsAllowed(rune.Value) ? rune.ToString() : "\uFFFD")));

    /// <summary>A coordinate: two decimals at most, never exponential.</summary>
    public static string Number(double value) => Finite(value, "a coordinate").ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A figure between 0 and 1 with three decimals, as 0.123.</summary>
    public static string Share(double value) => Finite(value, "a figure").ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>A whole number with a comma between thousands.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A duration in the two units that matter.</summary>
    public static string Time(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s"),
    };

    /// <exception cref="ArgumentException">The value is NaN or infinite.</exception>
    public static double Finite(double value, string what) =>
        double.IsFinite(value) ? value : throw new ArgumentException(
            $"{what} is {value.ToString(CultureInfo.InvariantCulture)}: a page shows finite numbers only.");

    // Control characters would make the page, or an SVG in it, malformed. (Lone surrogates are replaced by EnumerateRunes.)
    private static bool IsAllowed(int rune) => rune is '\t' or '\n' or '\r' or (>= ' ' and not (>= 0x7F and <= 0x9F) and not 0xFFFE and not 0xFFFF);
}
