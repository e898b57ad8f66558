using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Features;

/// <summary>
/// Features on disk, by what the image holds and which network computed them, so that a second training computes none; and which file has which image,
/// so that it reads none. A folder of segments that are written beside and renamed: any number of processes may read and add; a segment that is damaged
/// is left out, and its features are computed again.
/// </summary>
internal sealed class FeatureCache : IDisposable
{
    private const int RecordsPerSegment = 4_096;
    private const int KeyBytes = 16, HashBytes = 32;
    private const string Ending = ".features", FileEnding = ".files";
    private readonly string _folder;
    private readonly string _prefix;
    private readonly int _length;
    private readonly Dictionary<UInt128, float[]> _features = [];
    private readonly Dictionary<UInt128, UInt128> _files = [];
    private readonly List<UInt128> _new = [], _newFiles = [];

    private FeatureCache(string folder, string prefix, int length) => (_folder, _prefix, _length) = (folder, prefix, length);

    /// <summary>The user's folder for features, made when the first are written; null where the system has none.</summary>
    public static string? DefaultFolder =>
        // Unverified: where nothing was ever stored, as in a new container, the folder does not exist yet.
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } folder
            ? Path.Combine(folder, "SSAH.MLNet", "features") : null;

    /// <summary>Opens the features of one network; the folder is made where it is missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="network">What computed the features: its bytes, preprocessing and size, as a hash.</param>
    /// <param name="length">Number of features of an image.</param>
    /// <exception cref="IOException">The folder cannot be made or read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be made or read.</exception>
    public static FeatureCache Open(string folder, string network, int length)
    {
        Directory.CreateDirectory(folder);
        var cache = new FeatureCache(folder, network + "-", length);
        foreach (ReadOnlyMemory<byte> record in cache.Records(Ending, cache.RecordBytes))
            cache._features.TryAdd(KeyAt(record.Span), MemoryMarshal.Cast<byte, float>(record.Span[KeyBytes..]).ToArray());
        foreach (ReadOnlyMemory<byte> record in cache.Records(FileEnding, 2 * KeyBytes))
            cache._files[KeyAt(record.Span)] = KeyAt(record.Span[KeyBytes..]);
        return cache;
    }

    /// <summary>The key of an image: the first half of the SHA-256 of its pixels.</summary>
    public static UInt128 KeyOf(ReadOnlySpan<byte> pixels)
    {
        Span<byte> hash = stackalloc byte[HashBytes];
        SHA256.HashData(pixels, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>Copies the features of an image, if they are there.</summary>
    public bool TryGet(UInt128 key, Span<float> features)
    {
        if (!_features.TryGetValue(key, out float[]? found))
            return false;
        found.CopyTo(features);
        return true;
    }

    /// <summary>The key of the image that a file has; null where that is not known.</summary>
    /// <param name="stamp">What <see cref="ImageStamp.Of"/> gave.</param>
    public UInt128? ImageOf(UInt128 stamp) => _files.TryGetValue(stamp, out UInt128 key) ? key : null;

    /// <summary>Adds the features of an image; some are written when enough have gathered.</summary>
    public void Add(UInt128 key, ReadOnlySpan<float> features)
    {
        if (_features.TryAdd(key, features.ToArray()))
            _new.Add(key);
        if (_new.Count >= RecordsPerSegment)
            Flush();
    }

    /// <summary>Adds that a file has this image.</summary>
    public void AddFile(UInt128 stamp, UInt128 key)
    {
        if (_files.TryAdd(stamp, key))
            _newFiles.Add(stamp);
    }

    /// <summary>Writes what was added.</summary>
    public void Flush()
    {
        Write(Ending, RecordBytes, _new, (key, record) => MemoryMarshal.AsBytes(_features[key].AsSpan()).CopyTo(record));
        Write(FileEnding, 2 * KeyBytes, _newFiles, (stamp, record) => BinaryPrimitives.WriteUInt128LittleEndian(record, _files[stamp]));
    }

    /// <summary>Writes what was added and forgets all features: of many images they take more memory than what is learned from them.</summary>
    public void Forget()
    {
        Flush();
        _features.Clear();
        _features.TrimExcess();
        _files.Clear();
    }

    /// <summary>Writes what was added.</summary>
    public void Dispose() => Flush();

    private int RecordBytes => KeyBytes + _length * sizeof(float);

    private static UInt128 KeyAt(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt128LittleEndian(bytes);

    // A segment is records, each a key and what belongs to it, and their SHA-256.
    private void Write(string ending, int recordBytes, List<UInt128> keys, WriteRecord write)
    {
        if (keys.Count == 0)
            return;
        byte[] segment = new byte[keys.Count * recordBytes + HashBytes];
        for (int i = 0; i < keys.Count; i++)
        {
            Span<byte> record = segment.AsSpan(i * recordBytes, recordBytes);
            BinaryPrimitives.WriteUInt128LittleEndian(record, keys[i]);
            write(keys[i], record[KeyBytes..]);
        }
        SHA256.HashData(segment.AsSpan(0, segment.Length - HashBytes), segment.AsSpan(segment.Length - HashBytes));
        AtomicFile.Write(Path.Combine(_folder, $"{_prefix}{Guid.NewGuid():N}{ending}"), file => file.Write(segment));
        keys.Clear();
    }

    private IEnumerable<ReadOnlyMemory<byte>> Records(string ending, int recordBytes)
    {
        foreach (string path in Directory.EnumerateFiles(_folder, $"{_prefix}*{ending}").Order(StringComparer.Ordinal))
        {
            byte[] segment = Segment(path, recordBytes);
            for (int start = 0; start < segment.Length - HashBytes; start += recordBytes)
                yield return segment.AsMemory(start, recordBytes);
        }
    }

    // What a full disk or a stroke of a cosmic ray left is no reason to end a training.
    private static byte[] Segment(string path, int recordBytes)
    {
        byte[] segment;
        try
        {
            segment = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
        int bytes = segment.Length - HashBytes;
        bool isWhole = bytes >= 0 && bytes % recordBytes == 0
            && SHA256.HashData(segment.AsSpan(0, bytes)).AsSpan().SequenceEqual(segment.AsSpan(bytes));
        return isWhole ? segment : [];
    }

    private delegate void WriteRecord(UInt128 key, Span<byte> record);
}
