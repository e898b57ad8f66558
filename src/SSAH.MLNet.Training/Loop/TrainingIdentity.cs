using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using SSAH.MLNet.Training.Data;

namespace SSAH.MLNet.Training.Loop;

/// <summary>What a training depends on: a checkpoint goes on only with the same.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Precision">Number type of the convolutions.</param>
/// <param name="Data">Size of the images, number of rows, and a hash of pixels and labels.</param>
/// <param name="Options">The options that decide what is learned, by name, as JSON.</param>
internal sealed record TrainingIdentity(int Seed, string Precision, string Data, IReadOnlyDictionary<string, string> Options)
{
    private static readonly HashSet<string> s_free = new(StringComparer.Ordinal)
    {
        nameof(SsahTrainer.Options.OutputColumnName), nameof(SsahTrainer.Options.InputColumnName), nameof(SsahTrainer.Options.LabelColumnName),
            nameof(SsahTrainer.Options.FeatureColumnName),
        nameof(SsahTrainer.Options.Device), nameof(SsahTrainer.Options.Precision), nameof(SsahTrainer.Options.Seed),
            nameof(SsahTrainer.Options.ReportEverySteps), nameof(SsahTrainer.Options.PixelMemoryMegabytes), "Validation.Patience",
    };

    // A training may end later, or be checkpointed otherwise, than was thought when it began.
    private static readonly string[] s_freeGroups = ["Stopping.", "Checkpoint."];

    /// <summary>That of a training.</summary>
    public static TrainingIdentity Of(SsahTrainer.Options options, TrainingSet set, int seed, string precision) =>
        new(seed, precision, DescriptionOf(set), TrainingMetadata.Values(options).Where(value => IsFixed(value.Key)).ToDictionary(value => value.Key,
            value => JsonSerializer.Serialize(value.Value), StringComparer.Ordinal));

    /// <summary>Each difference that forbids to go on from a checkpoint, as a sentence.</summary>
    /// <param name="stored">Of the checkpoint.</param>
    public IEnumerable<string> ContradictionsTo(TrainingIdentity stored)
    {
        foreach (string name in Options.Keys.Union(stored.Options.Keys).Order(StringComparer.Ordinal))
            if (Options.GetValueOrDefault(name) is var now
                && (stored.Options.GetValueOrDefault(name) ?? TrainingMetadata.BeforeOptions.GetValueOrDefault(name)) is var then && now != then)
                yield return $"{name} is {now ?? "unknown"}, in the checkpoint {then ?? "unknown"}.";
        if (Seed != stored.Seed)
            yield return $"Seed is {Seed}, in the checkpoint {stored.Seed}.";
        if (Precision != stored.Precision)
            yield return $"Precision is {Precision}, in the checkpoint {stored.Precision}.";
        if (Data != stored.Data)
            yield return $"The training data are others: {Data}, in the checkpoint {stored.Data}.";
    }

    private static bool IsFixed(string option) => !s_free.Contains(option) && !s_freeGroups.Any(group => option.StartsWith(group, StringComparison.Ordinal));

    private static string DescriptionOf(TrainingSet set)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        for (int row = 0; row < set.Labels.Count; row++)
        {
            hash.AppendData(set.Image(row));
            BinaryPrimitives.WriteInt32LittleEndian(bytes, set.Labels.IsLabeled(row) ? 1 : 0);
            hash.AppendData(bytes);
            if (set.Labels.IsLabeled(row) && !set.Labels.IsMultiLabel)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes, set.Labels.ClassOf(row));
                hash.AppendData(bytes);
            }
            else if (set.Labels.IsLabeled(row))
            {
                hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(set.Labels.MaskOf(row)));
            }
        }
        return $"{set.Labels.Count} images of {set.Shape}, {set.LabeledRows.Length + set.ValidationRows.Length} labeled, {set.Labels.ClassCount} "
            + $"classes, {Convert.ToHexString(hash.GetHashAndReset())[..16]}";
    }
}
