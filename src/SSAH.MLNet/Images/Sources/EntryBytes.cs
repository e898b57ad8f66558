namespace SSAH.MLNet;

/// <summary>Takes one file out of an archive.</summary>
internal static class EntryBytes
{
    /// <summary>Reads a file up to a limit: what an archive says about a file's length need not be true.</summary>
    public static EncodedImage Read(string name, Stream stream, int maxBytes)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (stream.Read(buffer) is > 0 and int count)
        {
            if (bytes.Length + count > maxBytes)
                return new EncodedImage(name, null, $"it is larger than the limit of {maxBytes} bytes (option MaxBytes)");
            bytes.Write(buffer, 0, count);
        }
        return new EncodedImage(name, bytes.ToArray(), null);
    }
}
