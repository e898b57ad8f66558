using System.Buffers.Binary;
using System.IO.Compression;

namespace SSAH.MLNet.Files.Tests.Hostile;

/// <summary>Saved models whose entries have right checksums and are not what they should be.</summary>
internal static class ZipCases
{
    private const string Reader = "model-zip", Key = "TransformerChain/Model.key", Network = "TransformerChain/OnnxModel";

    public static IEnumerable<HostileCase> All =>
    [
        new(Reader, "no entries", () => Zip([])),
        new(Reader, "an end without a beginning", () => [.. "PK\x05\x06"u8, .. new byte[18]]),
        new(Reader, "two letters", () => [.. "PK"u8]),
        Entries("no network", entries => entries.RemoveAll(entry => entry.Name == Network)),
        Entries("no part of an encoder", entries => entries.RemoveAll(entry => entry.Name == Key)),
        Entries("two networks", entries => entries.Add((Network, [1, 2, 3]))),
        Entries("two networks, one with a backslash", entries => entries.Add((Network.Replace('/', '\\'), [1, 2, 3]))),
        Entries("two encoders", entries => entries.AddRange([.. entries.Select(entry => ($"Other/{entry.Name}", entry.Bytes))])),
        Entries("one encoder twice", entries => entries.AddRange([.. entries])),
        Entries("names that leave the folder", entries => Rename(entries, name => $"../../{name}"), isHarmless: true),
        Entries("absolute names", entries => Rename(entries, name => $"/etc/{name}"), isHarmless: true),
        Entries("names of a drive", entries => Rename(entries, name => $"C:\\{name}"), isHarmless: true),
        Entries("names of zero bytes", entries => Rename(entries, name => name + "\0")),
        Entries("70,000 entries", entries => entries.AddRange(Enumerable.Range(0, 100_001).Select(i => ($"{i}", Array.Empty<byte>())))),
        Entries("key of a million bytes", entries => Change(entries, Key, key => [.. key, .. new byte[1_000_000]])),
        Entries("key of 255 bytes", entries => Change(entries, Key, key => key[..255])),
        Entries("empty key", entries => Change(entries, Key, _ => [])),
        Entries("network in a zip in the zip", entries => Change(entries, Network, network => Zip([("OnnxModel", network)]))),
        Entries("a thousand million zeros", entries => Change(entries, Network, _ => new byte[100_000_000]), CompressionLevel.SmallestSize),
        .. new[] { -1, 0, int.MinValue, int.MaxValue, 1, 1 << 30 }.Select(length => Entries($"network of {length} bytes, it says", entries =>
            Change(entries, Network, network => [.. BitConverter.GetBytes(length), .. network[4..]]))),
        Entries("network without a length", entries => Change(entries, Network, network => network[..3])),
        Entries("network that is none", entries => Change(entries, Network, _ => [.. BitConverter.GetBytes(5), 1, 2, 3, 4, 5])),
        .. Sections(), .. Fields(),
        new(Reader, "wrong checksum of an entry", () => WithHeaders((local, central) => central[16] ^= 1)),
        new(Reader, "packed by an unknown method", () => WithHeaders((local, central) => (local[8], central[10]) = (99, 99))),
        new(Reader, "packed length of 2^32-1", () => WithHeaders((local, central) => central[20..24].Fill(0xFF))),
        new(Reader, "unpacked length of 2^32-1", () => WithHeaders((local, central) => central[24..28].Fill(0xFF))),
        new(Reader, "entry that begins at 2^32-1", () => WithHeaders((local, central) => central[42..46].Fill(0xFF))),
        new(Reader, "name of 65,535 bytes", () => WithHeaders((local, central) => central[28..30].Fill(0xFF))),
    ];

    private static IEnumerable<HostileCase> Sections() =>
        from section in new[] { (Name: "part", At: 0x10), (Name: "ends of texts", At: 0x20), (Name: "texts", At: 0x30) }
        from place in new[] { (Name: "at -1", Start: -1L, Length: 8L), (Name: "at 2^63-1", Start: long.MaxValue, Length: 8L),
            (Name: "of 2^63-1", Start: 256L, Length: long.MaxValue), (Name: "of -2^63", Start: 256L, Length: long.MinValue) }
        select Entries($"{section.Name} {place.Name}", entries => Change(entries, Key, key =>
        {
            BinaryPrimitives.WriteInt64LittleEndian(key.AsSpan(section.At), place.Start);
            BinaryPrimitives.WriteInt64LittleEndian(key.AsSpan(section.At + 8), place.Length);
            return key;
        }));

    // The part: two numbers of texts, the batch size, and the checksum of what they mean.
    private static IEnumerable<HostileCase> Fields() =>
    [
        .. new[] { (0, -1), (0, 2), (0, int.MaxValue), (4, int.MinValue), (8, 0), (8, -1), (8, int.MaxValue), (8, 77) }.Select(field =>
            Entries($"number {field.Item2} at {field.Item1} of the part", entries => Change(entries, Key, key =>
            {
                int part = (int)BinaryPrimitives.ReadInt64LittleEndian(key.AsSpan(0x10));
                BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(part + field.Item1), field.Item2);
                return key;
            }))),
        .. new uint[] { 0, 0x00010000, 0x00010003, uint.MaxValue }.Select(version => Entries($"version {version:X}", entries => Change(entries, Key, key =>
        {
            BinaryPrimitives.WriteUInt32LittleEndian(key.AsSpan(0x48), version);
            return key;
        }))),
    ];

    private static HostileCase Entries(string name, Action<List<(string Name, byte[] Bytes)>> change, CompressionLevel level = CompressionLevel.NoCompression,
        bool isHarmless = false) => new(Reader, name, () =>
    {
        var entries = new List<(string, byte[])>();
        using (var zip = new ZipArchive(new MemoryStream(ModelZips.Of(EncoderText.Model()))))
            foreach (ZipArchiveEntry entry in zip.Entries)
            {
                using var bytes = new MemoryStream();
                using (Stream stream = entry.Open())
                    stream.CopyTo(bytes);
                entries.Add((entry.FullName, bytes.ToArray()));
            }
        change(entries);
        return Zip(entries, level);
    }, isHarmless);

    private static HostileCase Entries(string name, Action<List<(string Name, byte[] Bytes)>> change, bool isHarmless) =>
        Entries(name, change, CompressionLevel.NoCompression, isHarmless);

    private static void Rename(List<(string Name, byte[] Bytes)> entries, Func<string, string> rename)
    {
        for (int i = 0; i < entries.Count; i++)
            entries[i] = (rename(entries[i].Name), entries[i].Bytes);
    }

    private static void Change(List<(string Name, byte[] Bytes)> entries, string name, Func<byte[], byte[]> change)
    {
        int at = entries.FindIndex(entry => entry.Name == name);
        entries[at] = (name, change(entries[at].Bytes));
    }

    private static byte[] Zip(IEnumerable<(string Name, byte[] Bytes)> entries, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            foreach ((string name, byte[] content) in entries)
                using (Stream stream = zip.CreateEntry(name, level).Open())
                    stream.Write(content);
        return bytes.ToArray();
    }

    private delegate void HeaderChange(Span<byte> local, Span<byte> central);

    // The headers of the network, in their place and in the directory at the end.
    private static byte[] WithHeaders(HeaderChange change)
    {
        byte[] zip = ModelZips.Sign(ModelZips.Of(EncoderText.Model())), name = System.Text.Encoding.ASCII.GetBytes(Network);
        int first = zip.AsSpan().IndexOf(name), last = zip.AsSpan().LastIndexOf(name);
        change(zip.AsSpan(first - 30), zip.AsSpan(last - 46));
        return zip;
    }
}
