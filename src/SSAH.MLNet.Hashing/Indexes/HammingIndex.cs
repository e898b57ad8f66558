namespace SSAH.MLNet.Hashing;

/// <summary>An index of binary codes that finds the nearest codes of a query exactly, in ascending (distance, id).</summary>
/// <remarks>Thread-safe: any number of searches run while one thread adds or removes; a search sees the index as it was when it began.
/// Writers take turns.</remarks>
public abstract class HammingIndex
{
    private protected HammingIndex(int bits) => Store = new CodeStore(bits);

    /// <summary>Code length in bits, 1 to 4,096.</summary>
    public int Bits => Store.Layout.Bits;

    /// <summary>Number of codes.</summary>
    public int Count => Store.Snapshot.Count;

    /// <summary>The id that the next code added without an id gets: one more than the largest id ever used.</summary>
    public long NextId => Store.NextId;

    /// <summary>The model that made the codes, as <see cref="BinaryCodes.ModelId"/> of the first codes said, or <see langword="null"/> where it is
    /// not known. Codes of another known model are refused.</summary>
    public string? ModelId => Store.ModelId;

    internal CodeStore Store { get; }

    /// <summary>Adds codes under consecutive new ids.</summary>
    /// <param name="codes">Codes of <see cref="Bits"/> bits; copied.</param>
    /// <returns>The first code's id; the others follow it.</returns>
    /// <exception cref="ArgumentException">The codes have another length or come from another model.</exception>
    /// <exception cref="InvalidOperationException">The automatic ids have run out.</exception>
    public long Add(BinaryCodes codes)
    {
        long first = Store.Add(codes, keys: null);
        OnChanged();
        return first;
    }

    /// <summary>Adds codes under consecutive new ids, with a text key for each: a file name, for example. Keys are saved with the
    /// index.</summary>
    /// <param name="codes">Codes of <see cref="Bits"/> bits; copied.</param>
    /// <param name="keys">A key for each code: not empty, up to 32 KiB of UTF-8, not in use; compared by ordinal.</param>
    /// <returns>The first code's id; the others follow it. <see cref="KeyOf"/> turns the ids of matches into keys.</returns>
    /// <exception cref="ArgumentException">The codes have another length or come from another model, or the keys have another count, or a key is
    /// empty or in use; nothing was added.</exception>
    /// <exception cref="InvalidOperationException">The automatic ids have run out.</exception>
    public long Add(BinaryCodes codes, IReadOnlyList<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        long first = Store.Add(codes, keys);
        OnChanged();
        return first;
    }

    /// <summary>Adds codes under given ids.</summary>
    /// <param name="codes">Codes of <see cref="Bits"/> bits; copied.</param>
    /// <param name="ids">An id for each code: not negative, not in use. Ascending ids need the least memory and time.</param>
    /// <exception cref="ArgumentException">The codes have another length or come from another model, or the ids have another count, or an id is
    /// negative or in use; nothing was added.</exception>
    public void Add(BinaryCodes codes, ReadOnlySpan<long> ids)
    {
        Store.Add(codes, ids);
        OnChanged();
    }

    /// <summary>Removes codes. Their automatic ids are not given again.</summary>
    /// <param name="ids">Ids to remove; those that are not there are ignored. Many at once are much cheaper than one by one.</param>
    /// <returns>Number of codes that were removed.</returns>
    public int Remove(params ReadOnlySpan<long> ids)
    {
        int removed = Store.Remove(ids);
        OnChanged();
        return removed;
    }

    /// <summary>Whether a code with this id is there.</summary>
    /// <param name="id">An id.</param>
    public bool Contains(long id) => Store.Contains(id);

    /// <summary>The key of a code.</summary>
    /// <param name="id">The code's id, as in <see cref="HammingMatch.Id"/>.</param>
    /// <returns><see langword="null"/> when there is no such id, or the code was added without a key.</returns>
    public string? KeyOf(long id) => Store.KeyOf(id);

    /// <summary>Finds a code by its key.</summary>
    /// <param name="key">A key.</param>
    /// <param name="id">The code's id, or -1.</param>
    /// <returns>Whether there is a code with this key.</returns>
    public bool TryGetId(string key, out long id)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Store.TryGetId(key, out id);
    }

    /// <summary>Writes the packed bytes of a code.</summary>
    /// <param name="id">The code's id.</param>
    /// <param name="destination">At least <c>ceil(Bits / 8)</c> bytes, least significant bit first.</param>
    /// <returns><see langword="false"/> when there is no such id.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public bool TryReconstruct(long id, Span<byte> destination)
    {
        int bytes = (Bits + 7) / 8;
        if (destination.Length < bytes)
            throw new ArgumentException($"The destination has {destination.Length} bytes; a {Bits}-bit code needs {bytes}.", nameof(destination));
        return Store.TryReconstruct(id, destination[..bytes]);
    }

    /// <summary>Finds the k nearest codes of each query; ties at the k-th distance go to the lowest ids.</summary>
    /// <param name="queries">Queries of <see cref="Bits"/> bits. A batch of 64 or more is several times faster per query than single ones.</param>
    /// <param name="k">Number of codes to find, at least 1.</param>
    /// <param name="options">Threads and filter.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="ArgumentException">The queries have another length or come from another model.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is less than 1.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    /// <exception cref="DamagedFileException">The codes are mapped from a file that was written to meanwhile.</exception>
    public HammingMatches Search(BinaryCodes queries, int k, HammingSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        Store.ThrowIfUnfit(queries, nameof(queries), nameof(queries));
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return new HammingMatches(FindNearest(queries, k, options ?? HammingSearchOptions.Default, cancellationToken));
    }

    /// <summary>Finds all codes within a Hamming radius of each query.</summary>
    /// <param name="queries">Queries of <see cref="Bits"/> bits.</param>
    /// <param name="radius">The largest distance to find, 0 or more.</param>
    /// <param name="options">Threads and filter.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="ArgumentException">The queries have another length or come from another model.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="radius"/> is negative.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    /// <exception cref="DamagedFileException">The codes are mapped from a file that was written to meanwhile.</exception>
    public HammingMatches SearchRadius(
        BinaryCodes queries, int radius, HammingSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        Store.ThrowIfUnfit(queries, nameof(queries), nameof(queries));
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        return new HammingMatches(FindWithin(queries, radius, options ?? HammingSearchOptions.Default, cancellationToken));
    }

    /// <summary>Saves the codes, their ids and keys, and <see cref="ModelId"/>. The file is written beside its place, flushed and renamed: it is the
    /// old one or the new one, never half.</summary>
    /// <param name="path">Where to.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        IndexFile.Save(path, this);
    }

    /// <summary>Loads an index of the kind that was saved, or a flat index of a file of codes, into memory. Large files can be mapped instead
    /// (<see cref="ReadingLimits.MapAboveBytes"/>).</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What the file may be; <see cref="ReadingLimits.Trusted"/> where <see langword="null"/>.</param>
    /// <exception cref="DamagedFileException">The file is damaged, not a file of codes, or beyond the limits.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static HammingIndex Load(string path, ReadingLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return IndexFile.Load(path, limits);
    }

    /// <summary>Called after codes were added or removed, for what a derived index builds over them.</summary>
    private protected virtual void OnChanged()
    {
    }

    private protected abstract HammingMatch[][] FindNearest(
        BinaryCodes queries, int k, HammingSearchOptions options, CancellationToken cancellationToken);

    private protected abstract HammingMatch[][] FindWithin(
        BinaryCodes queries, int radius, HammingSearchOptions options, CancellationToken cancellationToken);

    private protected static int BitsOf(BinaryCodes codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        return codes.Bits;
    }
}
