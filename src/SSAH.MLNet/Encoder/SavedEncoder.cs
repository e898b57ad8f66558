using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>
/// A hash encoder in a model that ML.NET saved, read without ML.NET: nothing else in the file is looked at, and no class is made that the file names.
/// </summary>
/// <param name="InputColumnName">Column of images.</param>
/// <param name="OutputColumnName">Column of codes.</param>
/// <param name="BatchSize">Rows scored in one call.</param>
/// <param name="Onnx">The network's file.</param>
internal sealed record SavedEncoder(string InputColumnName, string OutputColumnName, int BatchSize, byte[] Onnx)
{
    /// <summary>Length of <see cref="ChecksumOf"/>.</summary>
    public const int ChecksumBytes = SHA256.HashSizeInBytes;

    private const string KeyFile = "Model.key";

    // A column's name has 64 KiB at most; ML.NET's own part of the file is half a kilobyte.
    private const int MaxKeyBytes = 1 << 18;
    private const int MaxEntries = 100_000;

    // Weights are hardly smaller when they are packed: what unpacks to a hundred times the file is no network, but a trap.
    private const long MostPacked = 100, LeastUnpacked = 16 << 20;

    // Places in ML.NET's header of a part: what has the signature and version of its loader, and where the part and its texts lie.
    private const int HeaderBytes = 256, ModelAt = 0x10, TextEndsAt = 0x20, TextsAt = 0x30, SignatureAt = 0x40, VersionAt = 0x48;

    /// <summary>SHA-256 of what is saved beside the network, which has a checksum of its own.</summary>
    public static byte[] ChecksumOf(string inputColumnName, string outputColumnName, int batchSize) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{inputColumnName}\0{outputColumnName}\0{batchSize}")));

    /// <summary>Reads the encoder of a saved model.</summary>
    /// <param name="zip">The file.</param>
    /// <param name="limits">What it may be.</param>
    /// <exception cref="DamagedFileException">The file is damaged or beyond the limits, or has no encoder or several; a sentence without its name.</exception>
    public static SavedEncoder Read(byte[] zip, ReadingLimits limits)
    {
        using ZipArchive archive = Open(zip);
        var found = new List<(ZipArchiveEntry Entry, byte[] Key)>();
        foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => NameOf(entry).Split('/')[^1] == KeyFile))
            if (BytesOf(entry, MaxKeyBytes) is { Length: >= HeaderBytes } key && Is(key, SignatureAt, MLNetInternals.ModelSignature))
                found.Add((entry, key));
        if (found.Count != 1)
            throw new DamagedFileException(found.Count == 0
                ? "It has no hash encoder. Models that Model.Save wrote after SsahHash or ItqHash have one."
                : $"It has {found.Count} hash encoders: load it by MLContext.Model.Load and take the one you need out of the chain.");
        string folder = NameOf(found[0].Entry)[..^KeyFile.Length];
        ZipArchiveEntry[] networks = [.. archive.Entries.Where(entry => NameOf(entry) == folder + MLNetInternals.OnnxStream)];
        if (networks.Length != 1)
            throw Damaged($"it has {networks.Length} parts '{MLNetInternals.OnnxStream}', not one");
        byte[] block = BytesOf(networks[0], Math.Min(limits.MaxBytes, Math.Max(LeastUnpacked, MostPacked * zip.LongLength)));
        if (block.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(block) != block.Length - sizeof(int))
            throw Damaged($"its part '{MLNetInternals.OnnxStream}' does not have the length that it says");
        return Of(found[0].Key, block[sizeof(int)..]);
    }

    private static SavedEncoder Of(byte[] key, byte[] onnx)
    {
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(key.AsSpan(VersionAt));
        if (version is < MLNetInternals.Checksums - 1 or > MLNetInternals.Checksums)
            throw new DamagedFileException($"Its encoder was saved in version {version:X} of the format, this library reads up to "
                + $"{MLNetInternals.Checksums:X}: take a newer SSAH.MLNet.");
        int checksumBytes = version >= MLNetInternals.Checksums ? ChecksumBytes : 0;
        ReadOnlySpan<byte> part = Section(key, ModelAt);
        if (part.Length != 3 * sizeof(int) + checksumBytes)
            throw Damaged("the part of its encoder has another length than such a part has");
        string[] texts = TextsOf(Section(key, TextEndsAt), Section(key, TextsAt));
        string Text(int number) => number >= 0 && number < texts.Length && !string.IsNullOrWhiteSpace(texts[number])
            ? texts[number] : throw Damaged("it lacks a column's name");
        string input = Text(BinaryPrimitives.ReadInt32LittleEndian(part)), output = Text(BinaryPrimitives.ReadInt32LittleEndian(part[sizeof(int)..]));
        int batchSize = BinaryPrimitives.ReadInt32LittleEndian(part[(2 * sizeof(int))..]);
        if (batchSize is < 1 or > HashEncodingOptions.MaxBatchSize)
            throw Damaged($"it has a batch size of {batchSize}");
        if (checksumBytes > 0 && !part[^checksumBytes..].SequenceEqual(ChecksumOf(input, output, batchSize)))
            throw Damaged("its names are not those that their checksum was made of");
        return new SavedEncoder(input, output, batchSize, onnx);
    }

    private static ZipArchive Open(byte[] zip)
    {
        try
        {
            var archive = new ZipArchive(new MemoryStream(zip, writable: false));
            return archive.Entries.Count <= MaxEntries ? archive : throw Damaged($"it has {archive.Entries.Count} entries");
        }
        catch (Exception error) when (error is InvalidDataException or ArgumentException or IOException or OverflowException)
        {
            throw Damaged(error.Message.TrimEnd('.'), error);
        }
    }

    // What an entry says of its length need not be true, and .NET reads one without comparing its checksum.
    private static byte[] BytesOf(ZipArchiveEntry entry, long maxBytes)
    {
        try
        {
            if (entry.Length > maxBytes)
                throw TooLarge(entry, maxBytes);
            using Stream stream = entry.Open();
            using var bytes = new MemoryStream();
            var buffer = new byte[1 << 16];
            while (stream.Read(buffer) is > 0 and int count)
            {
                if (bytes.Length + count > Math.Min(maxBytes, Array.MaxLength))
                    throw TooLarge(entry, maxBytes);
                bytes.Write(buffer, 0, count);
            }
            byte[] read = bytes.ToArray();
            return Crc32.HashToUInt32(read) == entry.Crc32 ? read : throw Damaged($"the checksum of its entry '{entry.FullName}' does not hold");
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException or IOException or ArgumentException or OverflowException)
        {
            throw Damaged($"its entry '{entry.FullName}' cannot be unpacked ({error.Message.TrimEnd('.')})", error);
        }
    }

    private static DamagedFileException TooLarge(ZipArchiveEntry entry, long maxBytes) =>
        new($"Its entry '{entry.FullName}' unpacks to more than the {maxBytes} bytes that are allowed for a file of this size.");

    // A section lies where the header says: its place and its length, 64 bits each.
    private static ReadOnlySpan<byte> Section(byte[] key, int at)
    {
        long start = BinaryPrimitives.ReadInt64LittleEndian(key.AsSpan(at)), length = BinaryPrimitives.ReadInt64LittleEndian(key.AsSpan(at + sizeof(long)));
        return start >= HeaderBytes && start <= key.Length && length >= 0 && length <= key.Length - start
            ? key.AsSpan((int)start, (int)length) : throw Damaged("a section of it lies outside");
    }

    // Where each text ends in the characters, in bytes.
    private static string[] TextsOf(ReadOnlySpan<byte> ends, ReadOnlySpan<byte> characters)
    {
        var texts = new string[ends.Length / sizeof(long)];
        long start = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            long end = BinaryPrimitives.ReadInt64LittleEndian(ends[(i * sizeof(long))..]);
            if (end < start || end > characters.Length || (end - start) % sizeof(char) != 0)
                throw Damaged("its texts lie outside");
            texts[i] = new string(MemoryMarshal.Cast<byte, char>(characters[(int)start..(int)end]));
            start = end;
        }
        return texts;
    }

    private static bool Is(byte[] key, int at, string text) => key.AsSpan(at, text.Length).SequenceEqual(Encoding.ASCII.GetBytes(text));

    // On Windows names may have backslashes.
    private static string NameOf(ZipArchiveEntry entry) => entry.FullName.Replace('\\', '/');

    private static DamagedFileException Damaged(string what, Exception? cause = null) =>
        new($"The saved model is damaged: {what}. Copy or train it again.", cause);
}
