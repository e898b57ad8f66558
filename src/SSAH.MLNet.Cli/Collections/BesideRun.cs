using SSAH.MLNet.Cli.Commands;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Models;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Reports;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>What a report shows beside its own figures.</summary>
internal static class BesideRun
{
    /// <summary>Reads figures from a file of <c>ssah evaluate --json</c>, or makes those of another collection.</summary>
    /// <exception cref="ToolException">It is neither.</exception>
    public static ReportRun Read(string place, CancellationToken cancellation)
    {
        if (place.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return new ReportRun(Path.GetFileName(place), ReadJson(place));
        string path = CollectionPlace.Find(place, ".");
        using ImageCollection opened = OpenedCollection.Open(path);
        LabeledCodes rows = LabeledCodes.ReadLabeled(opened, path);
        return new ReportRun(ModelChoice.Describe(opened.Encoder), EvaluateCommand.Evaluate(rows, cancellation)) { Remark = PathText.Of(path) };
    }

    private static HammingRetrievalMetrics ReadJson(string path)
    {
        try
        {
            return HammingRetrievalMetrics.FromJson(File.ReadAllText(path));
        }
        catch (DamagedFileException error)
        {
            throw new ToolException($"'{path}' has no figures of ssah evaluate --json: {error.Message}", error);
        }
        catch (FileNotFoundException error)
        {
            throw new ToolException($"there is no file '{path}'.", error);
        }
    }
}
