using System.Globalization;

namespace SSAH.MLNet.Collections;

/// <summary>What bringing files into a collection did.</summary>
public sealed record SyncResult
{
    /// <summary>Images that are new.</summary>
    public int Added { get; init; }

    /// <summary>Images whose file has other content than before, encoded again; labels were kept.</summary>
    public int Changed { get; init; }

    /// <summary>Images whose file was moved or renamed: the same content at another path. They keep id, code and labels.</summary>
    public int Moved { get; init; }

    /// <summary>Images whose file is gone.</summary>
    public int Removed { get; init; }

    /// <summary>Images that are as they were, those with another time but the same content included.</summary>
    public int Unchanged { get; init; }

    /// <summary>
    /// Files that are in no search because they cannot be read as a whole image, and folders that may not be opened, in the order of their paths. A
    /// file that was skipped before and did not change is listed without being tried again.
    /// </summary>
    public IReadOnlyList<SkippedImage> Skipped { get; init; } = [];

    /// <summary>Number of files that are not read because of their ending (in lower case with the dot; empty where there is none).</summary>
    public IReadOnlyDictionary<string, int> PassedOver { get; init; } = new Dictionary<string, int>();

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The figures in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Added} added, {Changed} changed, {Moved} moved, {Removed} removed, {Unchanged} unchanged, {Skipped.Count} skipped, "
            + $"{PassedOver.Values.Sum()} passed over, in {Elapsed.TotalSeconds:0.0} s");
}
