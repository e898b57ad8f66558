using System.Runtime.InteropServices;

namespace SSAH.MLNet.Hashing;

/// <summary>Writes a file of codes, all or nothing.</summary>
internal sealed class HammingFileWriter
{
    private readonly FileStream _stream;
    private Crc32C _checksum = new();

    private HammingFileWriter(FileStream stream) => _stream = stream;

    /// <summary>Writes a file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="header">The header; its checksum is worked out here.</param>
    /// <param name="writeSections">Writes all that follows the header.</param>
    public static void Write(string path, HammingFileHeader header, Action<HammingFileWriter> writeSections) => AtomicFile.Write(path, stream =>
    {
        HammingFileReader.ThrowIfBigEndian();
        Span<byte> head = stackalloc byte[HammingFileHeader.Size];
        stream.Write(head);
        var writer = new HammingFileWriter(stream);
        writeSections(writer);
        (header with { Checksum = writer._checksum.Value }).Write(head);
        stream.Position = 0;
        stream.Write(head);
    });

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _checksum.Append(bytes);
        _stream.Write(bytes);
    }

    public void Append(ReadOnlySpan<ulong> words)
    {
        const int chunk = 1 << 24;
        for (; words.Length > chunk; words = words[chunk..])
            Append(MemoryMarshal.AsBytes(words[..chunk]));
        Append(MemoryMarshal.AsBytes(words));
    }
}
