namespace SSAH.MLNet.Hashing;

/// <summary>Reads whole files that may be anything: a link to a device without end, a file that grows.</summary>
internal static class FileBytes
{
    /// <summary>Reads a file, or nothing of it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The most bytes that it may have.</param>
    /// <param name="refuse">Makes the error of what is wrong: a part of a sentence, "has ... bytes, ...".</param>
    public static byte[] Read(string path, long maxBytes, Func<string, Exception> refuse)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        long length = file.Length, most = Math.Min(maxBytes, Array.MaxLength);
        if (length > most)
            throw refuse($"has {length} bytes, and the limits allow {most}");
        var bytes = new byte[length];
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read < length || file.ReadByte() >= 0)
            throw refuse($"has other bytes than the {length} that its length says: is it a device, or written to meanwhile?");
        return bytes;
    }
}
