using System.IO.Compression;
using System.IO.Hashing;
using Microsoft.ML;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Inspection;

/// <summary>Reads a saved model and what its training wrote into it.</summary>
internal static class ModelInspection
{
    public static string ReadZip(string path, List<InspectedFact> facts)
    {
        CheckEntries(path);
        using HashEncoder encoder = HashEncoder.Load(path);
        Describe(encoder, facts);
        return "ML.NET model with a hash encoder";
    }

    public static string ReadOnnx(string path, List<InspectedFact> facts)
    {
        using var encoder = HashEncoder.Load(path);
        Describe(encoder, facts);
        return "ONNX hash model";
    }

    private static void Describe(HashEncoder encoder, List<InspectedFact> facts)
    {
        facts.Add(new("bits", "bits", encoder.Bits));
        facts.Add(new("input", "takes", $"{encoder.InputShape}"));
        facts.Add(new("modelId", "id", encoder.ModelId));
        foreach ((string key, string title) in new[] { ("ssah.method", "method"), ("ssah.library", "made by"), ("ssah.preprocessing", "preprocessing") })
            if (encoder.Metadata.TryGetValue(key, out string? value))
                facts.Add(new(key, title, value));
        if (encoder.TrainingSummary is not { } training)
            return;
        facts.Add(new("labeledRows", "labeled images", training.LabeledRows));
        facts.Add(new("unlabeledRows", "unlabeled images", training.UnlabeledRows));
        if (training.Classes is { Count: > 0 } classes)
            facts.Add(new("classes", "classes", classes));
        facts.Add(new("steps", "steps", training.Steps));
        facts.Add(new("seconds", "seconds", training.Seconds));
        facts.Add(new("seed", "seed", training.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        if (training.Warnings.Count > 0)
            facts.Add(new("warnings", "warnings", training.Warnings));
    }

    // .NET reads an entry without comparing its checksum.
    private static void CheckEntries(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        byte[] buffer = new byte[1 << 16];
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            var checksum = new Crc32();
            using Stream content = entry.Open();
            while (content.Read(buffer) is > 0 and int count)
                checksum.Append(buffer.AsSpan(0, count));
            if (checksum.GetCurrentHashAsUInt32() != entry.Crc32)
                throw new DamagedFileException($"the checksum of its entry '{entry.FullName}' does not hold. Copy or train the model again.");
        }
    }
}
