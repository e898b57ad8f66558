using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Features;

/// <summary>
/// Features on disk, by what the image holds and which network computed them, so that a second training computes none. A folder of segments that are
/// written beside and renamed: any number of processes may read and add; a segment that is damaged is left out, and its features are computed again.
/// </summary>
internal sealed class FeatureCache : IDisposable
{
    private const int RecordsPerSegment = 4_096;
    private const int KeyBytes = 16, HashBytes = 32;
    private const string Ending = ".features";
    private readonly string _folder;
    private readonly string _prefix;
    private readonly int _length;
    private readonly Dictionary<UInt128, float[]> _features = [];
    private readonly List<UInt128> _new = [];

    private FeatureCache(string folder, string prefix, int length) => (_folder, _prefix, _length) = (folder, prefix, length);

    /// <summary>The user's folder for features, where the system has one.</summary>
    public static string? DefaultFolder =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } folder
            ? Path.Combine(folder, "SSAH.MLNet", "features") : null;

    /// <summary>Opens the features of one network; the folder is made where it is missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="network">What computed the features: its bytes, preprocessing and size, as a hash.</param>
    /// <param name="length">Number of features of an image.</param>
    /// <exception cref="IOException">The folder cannot be made or read.</exception>
    public static FeatureCache Open(string folder, string network, int length)
    {
        Directory.CreateDirectory(folder);
        var cache = new FeatureCache(folder, network + "-", length);
        foreach (string path in Directory.EnumerateFiles(folder, $"{cache._prefix}*{Ending}").Order(StringComparer.Ordinal))
            cache.ReadSegment(path);
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

    /// <summary>Adds the features of an image; some are written when enough have gathered.</summary>
    public void Add(UInt128 key, ReadOnlySpan<float> features)
    {
        if (_features.TryAdd(key, features.ToArray()))
            _new.Add(key);
        if (_new.Count >= RecordsPerSegment)
            Flush();
    }

    /// <summary>Writes what was added.</summary>
    public void Flush()
    {
        if (_new.Count == 0)
            return;
        int record = KeyBytes + _length * sizeof(float);
        byte[] segment = new byte[_new.Count * record + HashBytes];
        for (int i = 0; i < _new.Count; i++)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(segment.AsSpan(i * record), _new[i]);
            MemoryMarshal.AsBytes(_features[_new[i]].AsSpan()).CopyTo(segment.AsSpan(i * record + KeyBytes));
        }
        SHA256.HashData(segment.AsSpan(0, segment.Length - HashBytes), segment.AsSpan(segment.Length - HashBytes));
        AtomicFile.Write(Path.Combine(_folder, $"{_prefix}{Guid.NewGuid():N}{Ending}"), file => file.Write(segment));
        _new.Clear();
    }

    /// <summary>Writes what was added.</summary>
    public void Dispose() => Flush();

    // What a full disk or a stroke of a cosmic ray left is no reason to end a training.
    private void ReadSegment(string path)
    {
        int record = KeyBytes + _length * sizeof(float);
        byte[] segment;
        try
        {
            segment = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return;
        }
        int bytes = segment.Length - HashBytes;
        if (bytes < 0 || bytes % record != 0 || !SHA256.HashData(segment.AsSpan(0, bytes)).AsSpan().SequenceEqual(segment.AsSpan(bytes)))
            return;
        for (int start = 0; start < bytes; start += record)
        {
            var key = BinaryPrimitives.ReadUInt128LittleEndian(segment.AsSpan(start));
            _features.TryAdd(key, MemoryMarshal.Cast<byte, float>(segment.AsSpan(start + KeyBytes, _length * sizeof(float))).ToArray());
        }
    }
}
