using SSAH.MLNet.Fuzz.Targets;

namespace SSAH.MLNet.Fuzz;

/// <summary>All readers, by name.</summary>
internal static class AllTargets
{
    private static readonly SortedDictionary<string, Func<FileTarget>> s_targets = new(StringComparer.Ordinal)
    {
        ["archive-tar"] = () => new ArchiveTarget("archive-tar", ".tar"),
        ["archive-tgz"] = () => new ArchiveTarget("archive-tgz", ".tgz"),
        ["archive-zip"] = () => new ArchiveTarget("archive-zip", ".zip"),
        ["backbone"] = () => new BackboneTarget(),
        ["checkpoint-manifest"] = () => new CheckpointTarget("checkpoint-manifest", "manifest.json"),
        ["checkpoint-tensors"] = () => new CheckpointTarget("checkpoint-tensors", "h-net.safetensors"),
        ["codes"] = () => new CodesTarget(),
        ["collection"] = () => new CollectionTarget(),
        ["features"] = () => new FeatureCacheTarget(),
        ["image"] = () => new ImageTarget(),
        ["index"] = () => new IndexTarget(),
        ["model-onnx"] = () => new OnnxModelTarget(),
        ["model-zip"] = () => new ModelZipTarget(),
        ["model-zip-mlnet"] = () => new MLNetZipTarget(),
        ["safetensors"] = () => new SafeTensorsTarget(),
        ["search-zip-mlnet"] = () => new SearchZipTarget(),
        ["split"] = () => new SplitTarget(),
        ["store"] = () => new StoreTarget(),
        ["table"] = () => new TableTarget(),
    };

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => s_targets.Keys;

    // Readers that do what none may do: they show that the watch sees it.
    private static readonly Dictionary<string, Func<FileTarget>> s_faults = new(StringComparer.Ordinal)
    {
        ["fault-hang"] = () => new FaultyTarget(FaultyTarget.Spin),
        ["fault-crash"] = () => new FaultyTarget(() => Environment.FailFast("on purpose")),
        ["fault-memory"] = () => new FaultyTarget(FaultyTarget.Swell),
        ["fault-error"] = () => new FaultyTarget(() => throw new FormatException("on purpose")),
    };

    /// <summary>Makes one.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static FileTarget Named(string name) => s_targets.TryGetValue(name, out Func<FileTarget>? make) || s_faults.TryGetValue(name, out make)
        ? make() : throw new ArgumentException($"There is no reader '{name}'; there are {string.Join(", ", Names)}.");
}
