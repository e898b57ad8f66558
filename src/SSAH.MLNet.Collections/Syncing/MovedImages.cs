namespace SSAH.MLNet.Collections.Syncing;

/// <summary>An image whose file is not where it was.</summary>
/// <param name="Id">The image.</param>
/// <param name="Hash">Its content; null if that is not known.</param>
/// <param name="Problem">What is wrong with it, or null.</param>
internal sealed record GoneImage(long Id, byte[]? Hash, string? Problem);

/// <summary>Finds the images whose files turn up elsewhere. Asked from many threads; claimed from by one.</summary>
internal sealed class MovedImages
{
    private readonly Dictionary<string, Queue<GoneImage>> _byHash = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GoneImage> _sources = new(StringComparer.Ordinal);
    private readonly HashSet<long> _left = [];

    /// <param name="gone">The images, in the order in which they are given to files of their content.</param>
    public MovedImages(IEnumerable<GoneImage> gone)
    {
        foreach (GoneImage image in gone)
        {
            _left.Add(image.Id);
            if (image.Hash is null)
                continue;
            string hash = Convert.ToHexString(image.Hash);
            _sources.TryAdd(hash, image);
            if (!_byHash.TryGetValue(hash, out Queue<GoneImage>? images))
                _byHash.Add(hash, images = new Queue<GoneImage>());
            images.Enqueue(image);
        }
    }

    /// <summary>Those that no file was found for so far.</summary>
    public IReadOnlyCollection<long> Left => _left;

    public bool Has(byte[] hash) => _sources.ContainsKey(Convert.ToHexString(hash));

    /// <summary>The image of this content, which has or had a code; for files beyond the images that are gone.</summary>
    public GoneImage Source(byte[] hash) => _sources[Convert.ToHexString(hash)];

    /// <summary>The next image of this content, for one file; null if there are more files than images.</summary>
    public GoneImage? Claim(byte[] hash)
    {
        if (!_byHash[Convert.ToHexString(hash)].TryDequeue(out GoneImage? image))
            return null;
        _left.Remove(image.Id);
        return image;
    }
}
