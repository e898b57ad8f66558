using System.Text.RegularExpressions;

namespace SSAH.MLNet.Reports.Tests;

/// <summary>What every page keeps to, whatever names it is given.</summary>
internal static partial class PageMarkup
{
    /// <summary>Names that would be markup where they are not escaped.</summary>
    public static TheoryData<string> HostileNames =>
    [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</style></title></svg><svg onload=alert(1)>",
        "a\0b\u0007\uD800c &amp; \uFFFE",
    ];

    /// <summary>The page has the same tags whatever the names are, no script, and asks for nothing from elsewhere.</summary>
    public static void AssertStaysText(string plain, string hostile)
    {
        Assert.Equal(Tags().Matches(plain).Select(tag => tag.Value), Tags().Matches(hostile).Select(tag => tag.Value));
        Assert.DoesNotContain("<script", hostile, StringComparison.OrdinalIgnoreCase);
        Assert.All(Addresses(hostile), address => Assert.StartsWith("data:image/", address, StringComparison.Ordinal));
    }

    /// <summary>All that a page refers to.</summary>
    public static string[] Addresses(string html) => [.. Attributes().Matches(html).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("</?[a-zA-Z][a-zA-Z0-9]*")]
    private static partial Regex Tags();

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Attributes();
}
