using System.Buffers.Binary;
using System.Text.Json;
using SSAH.MLNet.Hashing;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Checkpoints;

/// <summary>A tensor under its name.</summary>
internal readonly record struct NamedTensor(string Name, Tensor Value);

/// <summary>Tensors in a file: the length of a header, the header as JSON, the values (the safetensors format of Hugging Face, which Python reads).</summary>
internal static class SafeTensors
{
    private const int LengthBytes = sizeof(long);

    // The format's own limit for headers.
    private const int MaxHeaderBytes = 100_000_000;

    // One property twice would mean one thing to one reader and another to the next.
    private static readonly JsonSerializerOptions s_json = new() { AllowDuplicateProperties = false };

    private static readonly Dictionary<ScalarType, (string Name, int Bytes)> s_types = new()
    {
        [ScalarType.Byte] = ("U8", 1),
        [ScalarType.Int64] = ("I64", 8),
        [ScalarType.BFloat16] = ("BF16", 2),
        [ScalarType.Float32] = ("F32", 4),
        [ScalarType.Float64] = ("F64", 8),
    };

    /// <summary>Writes tensors one after another, whatever device they are on.</summary>
    public static void Write(Stream stream, IReadOnlyList<NamedTensor> tensors)
    {
        var header = new Dictionary<string, Entry>(StringComparer.Ordinal);
        long end = 0;
        foreach (var (name, value) in tensors)
        {
            var (type, bytes) = s_types[value.dtype];
            header.Add(name, new Entry(type, value.shape, [end, end += value.numel() * bytes]));
        }
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        // Values begin where any type may be read in place.
        byte[] padded = new byte[(json.Length + LengthBytes - 1) / LengthBytes * LengthBytes];
        padded.AsSpan().Fill((byte)' ');
        json.CopyTo(padded, 0);
        Span<byte> length = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded.Length);
        stream.Write(length);
        stream.Write(padded);
        foreach (var (_, value) in tensors)
        {
            using var scope = NewDisposeScope();
            stream.Write(value.detach().cpu().contiguous().bytes);
        }
    }

    /// <summary>Reads what lies in a file.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="path">Its name, for errors.</param>
    /// <exception cref="DamagedFileException">It is no such file, or a part of it is missing.</exception>
    public static IReadOnlyDictionary<string, StoredTensor> Read(ReadOnlyMemory<byte> file, string path)
    {
        if (file.Length < LengthBytes || BinaryPrimitives.ReadInt64LittleEndian(file.Span) is var length && (length < 2 || length > MaxHeaderBytes
            || length > file.Length - LengthBytes))
            throw new DamagedFileException($"'{path}' is no safetensors file, or its end is missing.");
        try
        {
            var header = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(file.Span.Slice(LengthBytes, (int)length), s_json)!;
            header.Remove("__metadata__");
            if (header.Count > ReadingLimits.Trusted.MaxTensors)
                throw new DamagedFileException($"it has {header.Count} tensors, and the limits allow {ReadingLimits.Trusted.MaxTensors}.");
            var entries = header.ToDictionary(entry => entry.Key, entry => entry.Value.Deserialize<Entry>(s_json), StringComparer.Ordinal);
            var values = file[(LengthBytes + (int)length)..];
            RequireNoGaps(entries.Values, values.Length);
            return entries.ToDictionary(entry => entry.Key, entry => Open(entry.Value!, values), StringComparer.Ordinal);
        }
        catch (Exception error) when (error is JsonException or DamagedFileException or OverflowException or NullReferenceException or ArgumentException
            or InvalidOperationException)
        {
            throw new DamagedFileException($"'{path}' has a damaged header: {error.Message}", error);
        }
    }

    // As the format wants it: the tensors fill the file, and none lies in another one.
    private static void RequireNoGaps(IEnumerable<Entry?> entries, long end)
    {
        long at = 0;
        foreach (long[] place in entries.Select(entry => entry?.data_offsets is [_, _] offsets ? offsets : throw new DamagedFileException(
            "a tensor has no place.")).OrderBy(offsets => offsets[0]).ThenBy(offsets => offsets[1]))
            at = place[0] == at && place[1] >= at ? place[1] : throw new DamagedFileException("tensors overlap, or there is a gap between them.");
        if (at != end)
            throw new DamagedFileException("the tensors do not fill the file.");
    }

    private static StoredTensor Open(Entry entry, ReadOnlyMemory<byte> values)
    {
        var (type, (_, bytes)) = s_types.SingleOrDefault(known => known.Value.Name == entry.dtype);
        if (bytes == 0 || entry.shape is null || entry.data_offsets is not [var start, var end] || start < 0 || end < start || end > values.Length
            || entry.shape.Any(size => size < 0)
            || entry.shape.Aggregate((long)bytes, (product, size) => checked(product * size)) != end - start)
            throw new DamagedFileException("type, shape and place of a tensor do not fit each other.");
        return new StoredTensor(type, entry.shape, values[(int)start..(int)end]);
    }

    // The names are the format's.
#pragma warning disable IDE1006
    private sealed record Entry(string dtype, long[] shape, long[] data_offsets);
#pragma warning restore IDE1006
}
