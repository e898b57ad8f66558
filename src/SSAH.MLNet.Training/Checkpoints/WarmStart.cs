namespace SSAH.MLNet.Training.Checkpoints;

/// <summary>Weights of an earlier training for a new one, whose bits or labels may be others.</summary>
internal static class WarmStart
{
    /// <summary>Gives tensors the values that were stored under their names with their shapes.</summary>
    /// <returns>Names of the others.</returns>
    public static IReadOnlyList<string> Apply(StoredCheckpoint checkpoint, string file, IReadOnlyList<NamedTensor> tensors)
    {
        if (!checkpoint.Tensors.TryGetValue(file, out var stored))
            return [.. tensors.Select(tensor => tensor.Name)];
        var missing = new List<string>();
        foreach (var (name, tensor) in tensors)
        {
            if (stored.TryGetValue(name, out var values) && values.Fits(tensor))
                values.CopyTo(tensor);
            else
                missing.Add(name);
        }
        return missing;
    }
}
