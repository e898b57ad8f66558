using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Inspection;

/// <summary>Reads a file of codes or an index, whose checksums the library compares as it reads.</summary>
internal static class CodesInspection
{
    public static string Read(string path, List<InspectedFact> facts)
    {
        (string kind, int count, int bits, string? model) = Open(path);
        facts.Add(new("codes", "codes", count));
        facts.Add(new("bits", "bits", bits));
        facts.Add(new("modelId", "model", model ?? "not known"));
        return kind;
    }

    private static (string Kind, int Count, int Bits, string? Model) Open(string path)
    {
        // Byte 12 of the header says what the file holds.
        using FileStream file = File.OpenRead(path);
        file.Position = 12;
        if (file.ReadByte() == 1)
        {
            var codes = BinaryCodes.Load(path, ReadingLimits.Trusted);
            return ("binary codes", codes.Count, codes.Bits, codes.ModelId);
        }
        var index = HammingIndex.Load(path, ReadingLimits.Trusted);
        return (index is MultiHashIndex ? "multi-hash index" : "flat index", index.Count, index.Bits, index.ModelId);
    }
}
