namespace SSAH.MLNet.Hashing;

/// <summary>Says which ids a search may find. Ids that the index does not hold are ignored. Immutable, and so usable from many threads.</summary>
public sealed class IdFilter
{
    private readonly HashSet<long> _ids;

    private IdFilter(IEnumerable<long> ids, bool excludes)
    {
        ArgumentNullException.ThrowIfNull(ids);
        (_ids, Excludes) = ([.. ids], excludes);
    }

    internal bool Excludes { get; }

    internal IReadOnlyCollection<long> Ids => _ids;

    /// <summary>Finds these ids only.</summary>
    /// <param name="ids">The ids; copied.</param>
    public static IdFilter Only(IEnumerable<long> ids) => new(ids, excludes: false);

    /// <summary>Finds all but these ids.</summary>
    /// <param name="ids">The ids; copied.</param>
    public static IdFilter Except(IEnumerable<long> ids) => new(ids, excludes: true);

    /// <summary>Whether the filter lets an id through.</summary>
    /// <param name="id">An id.</param>
    public bool Allows(long id) => _ids.Contains(id) != Excludes;
}
