using System.Text;
using System.Text.RegularExpressions;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Tests.Processes;

/// <summary>The tool reads, prints and writes the same under every locale of its user, with cultures and without.</summary>
public sealed partial class CultureTests
{
    [Fact]
    public void Locales_change_nothing_that_commands_print_or_write()
    {
        string[] expected = Outputs("C", "true");
        Assert.Equal(ExitCode.Done.ToString(System.Globalization.CultureInfo.InvariantCulture), expected[0]);
        Assert.Contains("ISI.JPG", expected[^1], StringComparison.Ordinal);
        foreach (string locale in new[] { "tr_TR.UTF-8", "fa_IR.UTF-8", "de_DE.UTF-8" })
        {
            string[] outputs = Outputs(locale, "false");
            Assert.SkipWhen(outputs.Any(text => text.Contains("valid ICU package", StringComparison.Ordinal)),
                "This machine has no cultures: install ICU (Debian: libicu72).");
            Assert.Equal(expected, outputs);
        }
    }

    // Exit code, output and messages of each command, and the page that one of them writes.
    private static string[] Outputs(string locale, string invariant)
    {
        using var folder = new TempFolder();
        DrawnPhotos.Write(folder.At("photos", "Iİıi"), 4);
        DrawnPhotos.Write(folder.At("photos", "ısı"), 3, first: 4);
        folder.Write("photos/ISI.JPG", DrawnPhotos.Small(2));
        folder.Write("photos/labels.csv", "file;what\r\nISI.JPG;\"1,5|ısı\"\r\n"u8.ToArray());
        string[][] commands =
        [
            ["index", "photos", "--model", "phash", "--label-by-folder"],
            ["label", "--table", "photos/labels.csv", "--separator", "|", "--json"],
            ["evaluate", "photos", "--json"],
            ["duplicates", "photos", "--min-similarity", "0.9", "--html", "copies.html"],
        ];
        var texts = new List<string>();
        foreach (string[] command in commands)
        {
            // Progress has rates in it, and comes as often as the machine is slow.
            using Child child = Child.Start(Child.Ssah, [.. command, "--quiet"], folder.Path, ("LC_ALL", locale), ("LANG", locale),
                ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", invariant));
            Run run = child.End();
            texts.AddRange([$"{run.Code}", run.Out, run.Error]);
        }
        texts.Add(File.Exists(folder.At("copies.html")) ? File.ReadAllText(folder.At("copies.html"), Encoding.UTF8) : "");
        return [.. texts.Select(text => Times().Replace(text.Replace(folder.Path, "", StringComparison.Ordinal), "#"))];
    }

    // As the invariant culture writes them: another one's would stay.
    [GeneratedRegex(@"(\d+ min )?\d+(\.\d)? s\b|\d{4}-\d\d-\d\d( \d\d:\d\d)?|""seconds"": [\d.]+")]
    private static partial Regex Times();
}
