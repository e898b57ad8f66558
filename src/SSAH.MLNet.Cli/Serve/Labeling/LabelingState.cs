using SSAH.MLNet.Collections;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Serve.Labeling;

/// <summary>
/// Codes and labels of a collection, as proposals and figures need them, kept between requests. Of a large collection it is a sample, with the labeled
/// images in it. For any number of threads.
/// </summary>
/// <param name="collection">The collection.</param>
internal sealed class LabelingState(ImageCollection collection)
{
    /// <summary>Images of the sample: as many as are compared with each other in a moment.</summary>
    private const int Sample = 4_000;

    private const int Seed = 1;
    private readonly Lock _gate = new();
    private (string Model, int Count) _read = ("", -1);
    private long _last;
    private long[] _ids = [];
    private BinaryCodes? _codes;
    private CodeBalls? _balls;

    /// <param name="Images">Proposed images, best first, with what their labeled neighbors say of them.</param>
    /// <param name="Figures">How far the labels go.</param>
    /// <param name="Labeled">Number of labeled images.</param>
    /// <param name="Radius">The distance up to which an image counts as near a labeled one, in bits.</param>
    internal sealed record Proposal(IReadOnlyList<(long Id, NeighborVote Vote)> Images, LabelingFigures Figures, int Labeled, int Radius);

    /// <summary>Proposes images to label.</summary>
    /// <param name="count">How many.</param>
    /// <param name="skipped">Images that are not proposed.</param>
    public Proposal Propose(int count, IReadOnlySet<long> skipped)
    {
        lock (_gate)
        {
            IReadOnlyList<string>[] labels = ReadLabels(out int labeled);
            var votes = new NeighborVotes(_codes!, labels, _balls!.Radius);
            IReadOnlyList<int> rows = count == 0 ? []
                : LabelProposals.Choose(_balls, votes, row => labels[row].Count == 0 && !skipped.Contains(_ids[row]), count);
            return new Proposal([.. rows.Select(row => (_ids[row], votes.Of(row)))], LabelingFigures.Of(_balls, votes, labels), labeled, _balls.Radius);
        }
    }

    private IReadOnlyList<string>[] ReadLabels(out int labeled)
    {
        Dictionary<long, CollectionImage> known = collection.Page(0, int.MaxValue, !ImageFilter.Unlabeled).ToDictionary(image => image.Id);
        if (_read != (collection.ModelId, collection.Count) || collection.Page(_last, 1).Count > 0 || (known.Count <= Sample && known.Keys.Except(_ids).Any()))
            ReadCodes(known.Values);
        labeled = known.Count;
        return [.. _ids.Select(id => known.TryGetValue(id, out CollectionImage? image) ? image.Labels : [])];
    }

    private void ReadCodes(IEnumerable<CollectionImage> labeled)
    {
        _read = (collection.ModelId, collection.Count);
        var sample = labeled.Take(Sample).ToDictionary(image => image.Id);
        var random = new Random(Seed);
        CollectionImage[] all = [.. collection.Images], others = [.. all.Where(image => !sample.ContainsKey(image.Id))];
        _last = all.Length > 0 ? all[^1].Id : 0;
        random.Shuffle(others);
        foreach (CollectionImage image in others.Take(Math.Max(0, Sample - sample.Count)))
            sample.Add(image.Id, image);
        CollectionImage[] images = [.. sample.Values.OrderBy(image => image.Id)];
        int bytes = images.Length > 0 ? images[0].Code.Length : 1;
        // A switch of the model meanwhile would leave codes of two lengths; the next request reads again.
        images = [.. images.Where(image => image.Code.Length == bytes)];
        _ids = [.. images.Select(image => image.Id)];
        _codes = new BinaryCodes(bytes * 8, images.Length);
        foreach (CollectionImage image in images)
            _codes.Add(image.Code.Span);
        _balls = CodeBalls.Of(_codes);
    }
}
