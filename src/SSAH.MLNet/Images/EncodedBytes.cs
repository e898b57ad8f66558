using System.Buffers;

namespace SSAH.MLNet;

/// <summary>The bytes of an encoded image, in rented memory.</summary>
internal sealed class EncodedBytes : IDisposable
{
    private const int UnknownLength = 1 << 16;
    private byte[] _bytes = [];
    private int _count;

    /// <summary>The bytes that were read last.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _count);

    /// <summary>Reads a file as a whole.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="maxBytes">The most bytes that are read.</param>
    /// <returns>What is wrong with the file, or null when its bytes are there.</returns>
    public string? Read(string path, int maxBytes)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            return Read(file, maxBytes);
        }
        catch (FileNotFoundException) when (path.Contains('\uFFFD', StringComparison.Ordinal))
        {
            return "its name is not UTF-8, so that .NET cannot open it: rename the file";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message.TrimEnd('.');
        }
    }

    /// <summary>Reads a stream from its position to its end.</summary>
    /// <param name="stream">The stream; it is not closed.</param>
    /// <param name="maxBytes">The most bytes that are read.</param>
    /// <returns>What is wrong with it, or null when its bytes are there.</returns>
    public string? Read(Stream stream, int maxBytes)
    {
        _count = 0;
        long expected = stream.CanSeek ? Math.Max(stream.Length - stream.Position, 0) : UnknownLength;
        if (expected > maxBytes)
            return OverMaxBytes(maxBytes);
        Grow((int)expected + 1);
        while (stream.Read(_bytes, _count, _bytes.Length - _count) is > 0 and int read)
        {
            _count += read;
            if (_count > maxBytes)
                return OverMaxBytes(maxBytes);
            if (_count == _bytes.Length)
                Grow(checked(_bytes.Length * 2));
        }
        return null;
    }

    public void Dispose() => Return();

    internal static string OverMaxBytes(int maxBytes) => $"it is larger than the limit of {maxBytes} bytes (option MaxBytes)";

    private void Grow(int length)
    {
        if (_bytes.Length >= length)
            return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(length);
        Span.CopyTo(larger);
        Return();
        _bytes = larger;
    }

    private void Return()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }
}
