using System.Buffers.Binary;

namespace SSAH.MLNet.Files.Tests.Hostile;

/// <summary>Files of codes and indexes with right checksums whose fields make no sense.</summary>
internal static class CodeCases
{
    // Name of the field, its place and length in the header, and what is written there.
    private static readonly (string Name, int At, int Bytes, long[] Values)[] s_fields =
    [
        ("version", 8, 4, [0, 3, -1]), ("kind", 12, 4, [0, 4, -1]), ("bits", 16, 4, [0, -1, 4097, int.MaxValue, 65]), ("has ids", 20, 4, [2, -1, 1]),
        ("count", 24, 8, [-1, 9, int.MaxValue, 1L << 32, long.MaxValue, long.MinValue]), ("next id", 32, 8, [-1, 7, long.MinValue]),
        ("substrings", 40, 4, [-1, 99, int.MaxValue]), ("length", 48, 8, [0, -1, long.MaxValue]),
        ("key bytes", 56, 8, [-1, 1, 4, (1L << 40) + 1, long.MaxValue]), ("model bytes", 64, 4, [-1, 1, int.MaxValue]), ("zeros", 68, 4, [1]),
    ];

    public static IEnumerable<HostileCase> All =>
    [
        .. from part in s_fields from value in part.Values select Changed("index", $"{part.Name} {value}",
            bytes => Write(bytes, part.At, part.Bytes, value)),
        .. from part in s_fields.Take(5) from value in part.Values where part.Name != "has ids" || value != 0
           select Changed("codes", $"{part.Name} {value}", bytes => Write(bytes, part.At, part.Bytes, value)),
        Changed("index", "bits above the length", bytes => bytes[128 + 7] = 0xFF),
        Changed("codes", "bits above the length", bytes => bytes[128 + 7] = 0xFF),
        // Eight codes of one word, then the lengths of their keys.
        Changed("index", "key of 2^31-1 bytes", bytes => Write(bytes, 128 + 8 * 8, 4, int.MaxValue)),
        Changed("index", "key of 2^32-2 bytes", bytes => Write(bytes, 128 + 8 * 8, 4, -2)),
        Changed("index", "key of no bytes", bytes => Write(bytes, 128 + 8 * 8, 4, 0)),
        Changed("index", "key that is not UTF-8", bytes => bytes[128 + 8 * 8 + 8 * 4] = 0xFF),
        Changed("index", "two keys alike", bytes => bytes.AsSpan(128 + 8 * 8 + 8 * 4, 5).CopyTo(bytes.AsSpan(128 + 8 * 8 + 8 * 4 + 5))),
        new("codes", "nothing", () => []), new("index", "nothing", () => []), new("codes", "only a header", () => Sample("codes")[..128]),
        new("index", "codes in place of an index, cut", () => Sample("codes")[..130]),
    ];

    private static HostileCase Changed(string reader, string name, Action<byte[]> change) => new(reader, name, () =>
    {
        using FileTarget target = AllTargets.Named(reader);
        byte[] bytes = [.. target.Samples[0]];
        change(bytes);
        return target.Sign(bytes);
    });

    private static byte[] Sample(string reader)
    {
        using FileTarget target = AllTargets.Named(reader);
        return target.Samples[0];
    }

    private static void Write(byte[] bytes, int at, int length, long value)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, value);
        number[..length].CopyTo(bytes.AsSpan(at));
    }
}
