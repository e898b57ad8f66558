using Microsoft.ML;
using SSAH.MLNet.Collections.Searching;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections;

public sealed partial class ImageCollection
{
    /// <summary>Finds the images nearest to an image file, which need not be in the collection.</summary>
    /// <param name="imagePath">Path of the file.</param>
    /// <param name="k">Number of images to find, at least 1.</param>
    /// <param name="filter">Which images may be found; null is all.</param>
    /// <returns>At most k matches in ascending distance, at equal distance in ascending id.</returns>
    /// <exception cref="DamagedFileException">The file cannot be read as a whole image; the message names it and says why.</exception>
    /// <exception cref="InvalidOperationException">The encoder is neither given nor kept.</exception>
    public IReadOnlyList<CollectionMatch> Search(string imagePath, int k, ImageFilter? filter = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(imagePath);
        return Search(Encoder.EncodeImage(imagePath, _options.Reading), k, filter)[0];
    }

    /// <summary>Finds the images nearest to the image that a stream holds from its position to its end.</summary>
    /// <param name="image">The stream; it is not closed.</param>
    /// <param name="k">Number of images to find, at least 1.</param>
    /// <param name="filter">Which images may be found; null is all.</param>
    /// <returns>At most k matches in ascending distance, at equal distance in ascending id.</returns>
    /// <exception cref="DamagedFileException">The stream does not hold a whole image; the message says why.</exception>
    /// <exception cref="InvalidOperationException">The encoder is neither given nor kept.</exception>
    public IReadOnlyList<CollectionMatch> Search(Stream image, int k, ImageFilter? filter = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Search(Encoder.EncodeImage(image, _options.Reading), k, filter)[0];
    }

    /// <summary>Finds the images nearest to a code.</summary>
    /// <param name="code">The packed code, <c>ceil(Bits / 8)</c> bytes, of the collection's model.</param>
    /// <param name="k">Number of images to find, at least 1.</param>
    /// <param name="filter">Which images may be found; null is all.</param>
    /// <returns>At most k matches in ascending distance, at equal distance in ascending id.</returns>
    /// <exception cref="ArgumentException">The code has another length.</exception>
    public IReadOnlyList<CollectionMatch> Search(ReadOnlySpan<byte> code, int k, ImageFilter? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        byte[] packed = code.ToArray();
        return Nearest(bits => packed.Length == (bits + 7) / 8 ? BinaryCodes.FromPacked(bits, packed) : throw new ArgumentException(
            $"The code has {packed.Length} bytes; the collection's codes of {bits} bits have {(bits + 7) / 8}.", nameof(code)),
            k, filter, CancellationToken.None)[0];
    }

    /// <summary>Finds the images nearest to one of the collection, itself left out.</summary>
    /// <param name="id">The image.</param>
    /// <param name="k">Number of images to find, at least 1.</param>
    /// <param name="filter">Which images may be found; null is all.</param>
    /// <returns>At most k matches in ascending distance, at equal distance in ascending id.</returns>
    /// <exception cref="KeyNotFoundException">There is no such image.</exception>
    public IReadOnlyList<CollectionMatch> Search(long id, int k, ImageFilter? filter = null)
    {
        return Read(() => Nearest(id, k, filter));
    }

    /// <summary>Finds the images nearest to each of many codes: several times faster per query than one by one. Searches take turns.</summary>
    /// <param name="queries">Codes of the collection's model, as <see cref="HashEncoder.EncodeImages"/> makes them.</param>
    /// <param name="k">Number of images to find, at least 1.</param>
    /// <param name="filter">Which images may be found; null is all.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>For each query at most k matches in ascending distance, at equal distance in ascending id.</returns>
    /// <exception cref="ArgumentException">The codes have another length or come from another model.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public IReadOnlyList<IReadOnlyList<CollectionMatch>> Search(BinaryCodes queries, int k, ImageFilter? filter = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return Nearest(_ => queries, k, filter, cancellationToken);
    }

    /// <summary>
    /// Finds groups of images whose codes are near each other, without reading a file. Codes of trained networks say that images show the same kind of
    /// thing; <see cref="FindDuplicates"/> finds copies.
    /// </summary>
    /// <param name="radius">The largest distance of a pair, 0 or more.</param>
    /// <param name="filter">Which images are compared; null is all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Groups in the order of their first images.</returns>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public IReadOnlyList<ImageGroup> FindGroups(int radius, ImageFilter? filter = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        (long[] ids, BinaryCodes codes) = Read(() => Codes(filter));
        int[] first = HammingJoin.Groups(codes, radius, cancellationToken: cancellationToken);
        var groups = Enumerable.Range(0, first.Length).GroupBy(row => first[row]).Where(group => group.Skip(1).Any())
            .Select(group => group.Select(row => ids[row]).ToArray()).ToArray();
        return Read(() => groups.Select(group =>
            new ImageGroup([.. group.Select(id => ImageRows.Find(_reader, _index, id)).OfType<CollectionImage>()]))
            .Where(group => group.Images.Count > 1).ToArray());
    }

    /// <summary>
    /// Finds copies among the images: the same image in another size, format, brightness or pose, cropped or with a caption. It is
    /// <see cref="HashRetrievalCatalog.FindDuplicates"/> for the collection's files, whatever model its codes come from, and reads each of them once.
    /// </summary>
    /// <param name="options">What counts as a copy, and which image of a group to keep; null takes the defaults.</param>
    /// <param name="filter">Which images are compared; null is all.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public DuplicateReport FindDuplicates(DuplicateOptions? options = null, ImageFilter? filter = null, CancellationToken cancellationToken = default)
    {
        string[] paths = Read(() => Codes(filter).Ids.Select(id => ImageRows.Find(_reader, _index, id)).OfType<CollectionImage>()
            .Select(image => image.Path).ToArray());
        return new MLContext().HashRetrieval.FindDuplicates(paths, options, cancellationToken);
    }

    private CollectionMatch[] Nearest(long id, int k, ImageFilter? filter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var code = new byte[_index.Model.BytesPerCode];
        if (!_index.Index.TryReconstruct(id, code))
            throw new KeyNotFoundException($"The collection '{Path}' has no image {id}.");
        int oneMore = Math.Min(k, int.MaxValue - 1) + 1;
        return [.. Nearest(BinaryCodes.FromPacked(_index.Model.Bits, code), oneMore, filter, CancellationToken.None)[0]
            .Where(match => match.Image.Id != id).Take(k)];
    }

    private IReadOnlyList<CollectionMatch>[] Nearest(
        Func<int, BinaryCodes> queriesOf, int k, ImageFilter? filter, CancellationToken cancellationToken)
    {
        lock (_reader.Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (NearestUnchanged(queriesOf, k, filter, cancellationToken) is { } found)
                return found;
        }
        return Read(() => Nearest(queriesOf(_index.Model.Bits), k, filter, cancellationToken));
    }

    // Most searches find the file as the last call left it. One statement says so and reads the rows, where a transaction takes four; a search for many
    // queries would be made twice where it does not hold, and gains little. Null where it does not hold, and where the query is none for this model:
    // the file may have another one by now.
    private IReadOnlyList<CollectionMatch>[]? NearestUnchanged(
        Func<int, BinaryCodes> queriesOf, int k, ImageFilter? filter, CancellationToken cancellationToken)
    {
        try
        {
            if (queriesOf(_index.Model.Bits) is not { Count: 1 } query || _index.Known(filter) is not { } part)
                return null;
            HammingMatch[][] found = Found(query, k, part, cancellationToken);
            return ImageRows.OfUnchanged(_reader, _index, _rows, found[0].Select(match => match.Id)) is { } images ? Matches(found, images) : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private IReadOnlyList<CollectionMatch>[] Nearest(BinaryCodes queries, int k, ImageFilter? filter, CancellationToken cancellationToken)
    {
        HammingMatch[][] found = Found(queries, k, _index.Of(_reader, filter), cancellationToken);
        return Matches(found, ImageRows.Of(_reader, _index, _rows, found.SelectMany(each => each).Select(match => match.Id)));
    }

    private static HammingMatch[][] Found(BinaryCodes queries, int k, CodePart part, CancellationToken cancellationToken)
    {
        HammingMatches matches = part.Search(queries, k, BinaryCodes.MaxBits, cancellationToken);
        return [.. Enumerable.Range(0, queries.Count).Select(query => matches[query].ToArray())];
    }

    private IReadOnlyList<CollectionMatch>[] Matches(HammingMatch[][] found, Dictionary<long, CollectionImage> images)
    {
        return [.. found.Select(each => each.Select(match => new CollectionMatch(ImageOf(match.Id), match.Distance)).ToArray())];

        CollectionImage ImageOf(long id) => images.TryGetValue(id, out CollectionImage? image) ? image : throw ImageRows.Missing(Path, id);
    }

    private (long[] Ids, BinaryCodes Codes) Codes(ImageFilter? filter)
    {
        CodePart allowed = _index.Of(_reader, filter);
        var ids = new List<long>();
        var codes = new BinaryCodes(_index.Model.Bits) { ModelId = _index.Model.Id };
        var code = new byte[codes.BytesPerCode];
        foreach (long id in _reader.Query("SELECT image FROM code WHERE model = $1 ORDER BY image", reader => reader.GetInt64(0), _index.Model.Key))
        {
            if (!allowed.Contains(id))
                continue;
            if (!_index.Index.TryReconstruct(id, code))
                throw ImageRows.Missing(Path, id);
            ids.Add(id);
            codes.Add(code);
        }
        return ([.. ids], codes);
    }
}
