using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>Shows how images come into a collection.</summary>
internal static class SyncOutput
{
    private const int ShownSkips = 10;

    /// <summary>Runs an operation of a collection with progress.</summary>
    public static SyncResult Run(CommandOutput output, Func<IProgress<CollectionProgress>, SyncResult> work) =>
        output.Progress("encoding", "images", progress => work(new Encoding(progress)));

    /// <summary>Says which files are no images that can be read.</summary>
    public static void WarnOfSkipped(CommandOutput output, IReadOnlyList<SkippedImage> skipped)
    {
        foreach (SkippedImage each in skipped.Take(ShownSkips))
            output.Warn($"'{PathText.Of(each.Path)}' is left out: {PixelLimit.Reason(each.Reason)}");
        if (skipped.Count > ShownSkips)
            output.Warn($"{CommandOutput.Count(skipped.Count - ShownSkips)} more are left out; --json lists them.");
    }

    /// <summary>Says which files are no images that can be read, and how many were passed over.</summary>
    public static void WarnOfSkipped(CommandOutput output, SyncResult result)
    {
        WarnOfSkipped(output, result.Skipped);
        if (result.PassedOver.Count == 0)
            return;
        IEnumerable<string> endings = result.PassedOver.OrderByDescending(each => each.Value)
            .Select(each => $"{CommandOutput.Count(each.Value)} {(each.Key.Length > 0 ? each.Key : "without one")}");
        output.Note($"passed over for their endings: {string.Join(", ", endings)}");
    }

    // Listing is over in moments, and counts something else.
    private sealed class Encoding(IProgress<WorkDone> progress) : IProgress<CollectionProgress>
    {
        public void Report(CollectionProgress value)
        {
            if (value.Stage == CollectionStage.Encoding)
                progress.Report(new WorkDone(value.Done, value.Total));
        }
    }
}
