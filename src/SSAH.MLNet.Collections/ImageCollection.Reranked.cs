using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections;

public sealed partial class ImageCollection
{
    private const int DefaultDepth = 200;

    /// <summary>
    /// Finds the images nearest to an image file and puts the nearest into the finer order of the activations behind their codes, by cosine. The
    /// collection must keep activations (<see cref="ImageCollectionOptions.KeepActivations"/>).
    /// </summary>
    /// <param name="imagePath">Path of the file, which need not be in the collection.</param>
    /// <param name="k">Number of images to find, at least 1.</param>
    /// <param name="depth">Number of images, the nearest by their codes, whose order is refined; at least <paramref name="k"/> are.</param>
    /// <param name="filter">Which images may be found; null is all.</param>
    /// <returns>At most k matches in descending <see cref="CollectionMatch.Similarity"/>, at equal ones in ascending distance.</returns>
    /// <exception cref="DamagedFileException">The image cannot be read, or activations of the collection are not what was stored.</exception>
    /// <exception cref="InvalidOperationException">The collection keeps no activations, or the encoder is neither given nor kept.</exception>
    public IReadOnlyList<CollectionMatch> SearchReranked(string imagePath, int k, int depth = DefaultDepth, ImageFilter? filter = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(imagePath);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        RequireActivations();
        HashEncoder encoder = Encoder;
        (BinaryCodes code, float[] activations) = encoder.EncodeWithActivations(imagePath, _options.Reading);
        return Read(() => Reranked(Nearest(code, Math.Max(k, depth), filter, CancellationToken.None)[0], encoder.ModelId, activations).Take(k).ToArray());
    }

    /// <summary>Finds the images nearest to one of the collection, itself left out, in the finer order of the activations behind their codes.</summary>
    /// <param name="id">The image.</param>
    /// <param name="k">Number of images to find, at least 1.</param>
    /// <param name="depth">Number of images, the nearest by their codes, whose order is refined; at least <paramref name="k"/> are.</param>
    /// <param name="filter">Which images may be found; null is all.</param>
    /// <returns>At most k matches in descending <see cref="CollectionMatch.Similarity"/>, at equal ones in ascending distance.</returns>
    /// <exception cref="DamagedFileException">Activations are not what was stored.</exception>
    /// <exception cref="InvalidOperationException">The collection keeps no activations.</exception>
    /// <exception cref="KeyNotFoundException">There is no such image.</exception>
    public IReadOnlyList<CollectionMatch> SearchReranked(long id, int k, int depth = DefaultDepth, ImageFilter? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        RequireActivations();
        return Read(() =>
        {
            IReadOnlyList<CollectionMatch> found = Nearest(id, Math.Max(k, depth), filter);
            return Reranked(found, _index.Model.Id, ActivationsOf(id)).Take(k).ToArray();
        });
    }

    private void RequireActivations()
    {
        if (!KeepsActivations)
            throw new InvalidOperationException($"The collection '{Path}' keeps no activations, which re-ranking needs: make it again with "
                + "ImageCollectionOptions.KeepActivations ('ssah index PHOTOS --activations --collection NEW').");
    }

    private IEnumerable<CollectionMatch> Reranked(IReadOnlyList<CollectionMatch> found, string modelId, float[] query) => _index.Model.Id != modelId
        ? throw new InvalidOperationException($"The model of the collection '{Path}' was switched during the search: search again.")
        : found.Select(match => match with { Similarity = Cosine(query, ActivationsOf(match.Image.Id)) }).OrderByDescending(match => match.Similarity);

    private float[] ActivationsOf(long id) =>
        _reader.Value("SELECT activation FROM activation WHERE image = $1 AND model = $2", id, _index.Model.Key) is byte[] blob
            ? SealedBlob.Activations(Path, id, _index.Model, blob)
            : throw ImageRows.Missing(Path, id);

    private static double Cosine(float[] left, float[] right)
    {
        double product = 0, leftSquares = 0, rightSquares = 0;
        for (int i = 0; i < left.Length; i++)
        {
            product += (double)left[i] * right[i];
            leftSquares += (double)left[i] * left[i];
            rightSquares += (double)right[i] * right[i];
        }
        double length = Math.Sqrt(leftSquares * rightSquares);
        return length > 0 ? Math.Clamp(product / length, -1, 1) : 0;
    }
}
