namespace SSAH.MLNet;

/// <summary>Decodes images in the background ahead of the one that is asked for, a bounded number of them, and hands them out in their order.</summary>
/// <param name="reader">Decodes them.</param>
/// <param name="images">The encoded images; disposed with this.</param>
/// <param name="wanted">The entries, in order. Taken from as late as the window allows.</param>
/// <param name="workers">Images decoded at the same time.</param>
internal sealed class DecodeAhead(ImageReader reader, EncodedImages images, IEnumerator<WantedImage> wanted, int workers) : IDisposable
{
    private const long MaxBytesAhead = 64 << 20;
    private readonly int _window = (int)Math.Clamp(MaxBytesAhead / reader.Size, 1, 2 * workers);
    private readonly TaskFactory _tasks = new(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, workers).ConcurrentScheduler);
    private readonly Queue<AheadImage> _inFlight = new();
    private readonly Stack<byte[]> _free = new();
    private AheadImage? _current;

    /// <summary>Waits for the next image, whose pixels stay as they are until the next call; null at the end.</summary>
    public AheadImage? Next()
    {
        if (_current is { Decoding: not null, Pixels: { } pixels })
            _free.Push(pixels);
        _current = null;
        while (_inFlight.Count < _window && wanted.MoveNext())
            _inFlight.Enqueue(Launch(wanted.Current));
        if (!_inFlight.TryDequeue(out AheadImage? next))
            return null;
        next.Wait();
        return _current = next;
    }

    public void Dispose()
    {
        // Who stops early does not care what became of the images ahead, but their files must be closed.
        foreach (AheadImage image in _inFlight)
            image.Decoding?.ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        _inFlight.Clear();
        wanted.Dispose();
        images.Dispose();
    }

    private AheadImage Launch(WantedImage entry)
    {
        if (!entry.IsDecoded)
            return new AheadImage(entry.At, entry.Index, entry.Kept, null);
        EncodedImage encoded = images.Get(entry.Index);
        byte[] pixels = _free.TryPop(out byte[]? free) ? free : new byte[reader.Size];
        return new AheadImage(entry.At, entry.Index, pixels, _tasks.StartNew(() => encoded.Decode(reader, pixels)));
    }
}

/// <summary>An image that a cursor comes to.</summary>
/// <param name="At">Its place in the order.</param>
/// <param name="Index">Its entry.</param>
/// <param name="IsDecoded">Whether it has to be decoded.</param>
/// <param name="Kept">Its pixels, where a pass before has decoded it.</param>
internal readonly record struct WantedImage(int At, int Index, bool IsDecoded, byte[]? Kept);

/// <summary>An image that is being decoded, or has been.</summary>
/// <param name="At">Its place in the order.</param>
/// <param name="Index">Its entry.</param>
/// <param name="Pixels">Takes the pixels; null if they are not wanted.</param>
/// <param name="Decoding">Gives what is wrong with the image, or null.</param>
internal sealed record AheadImage(int At, int Index, byte[]? Pixels, Task<string?>? Decoding)
{
    /// <summary>The pixels; null if they are not wanted or were taken.</summary>
    public byte[]? Pixels { get; private set; } = Pixels;

    /// <summary>What is wrong with the image; null if nothing is or it was not decoded.</summary>
    public string? Reason { get; private set; }

    /// <summary>Waits until the image is decoded.</summary>
    public void Wait() => Reason = Decoding?.GetAwaiter().GetResult();

    /// <summary>Leaves the pixels to whoever keeps them.</summary>
    public void KeepIn(KeptPixels kept)
    {
        if (Pixels is not null && kept.TryKeep(Index, Pixels))
            Pixels = null;
    }
}
