using System.Collections.Concurrent;

namespace SSAH.MLNet;

/// <summary>
/// Images that a pass decoded only to learn whether their files have a row: kept for the next pass that wants their pixels, so that no file is decoded
/// twice for it. Each is handed out once. For any number of threads.
/// </summary>
/// <param name="maxBytes">What all of them may take; images beyond it are decoded again.</param>
internal sealed class KeptPixels(long maxBytes)
{
    private readonly ConcurrentDictionary<int, byte[]> _images = new();
    private long _bytes;

    /// <summary>Keeps the pixels of an entry where there is room; they belong to this object then.</summary>
    public bool TryKeep(int index, byte[] pixels)
    {
        if (Interlocked.Add(ref _bytes, pixels.Length) <= maxBytes && _images.TryAdd(index, pixels))
            return true;
        Interlocked.Add(ref _bytes, -pixels.Length);
        return false;
    }

    /// <summary>Hands the pixels of an entry out; null if they are not kept.</summary>
    public byte[]? Take(int index)
    {
        if (!_images.TryRemove(index, out byte[]? pixels))
            return null;
        Interlocked.Add(ref _bytes, -pixels.Length);
        return pixels;
    }
}
