namespace SSAH.MLNet.Evaluation;

/// <summary>The ranking of the database for one query after the other, as counts. One a thread: its memory is O(rows).</summary>
internal sealed class QueryRanking
{
    private readonly EvaluationPlan _plan;
    private readonly PlaneDistances _distances;
    private readonly byte[] _marks;
    private readonly byte[] _shared;
    private readonly int[] _relevantRows;
    private readonly int[] _places;
    private readonly int[] _all;
    private readonly int[] _relevant;
    private readonly int[] _counters;
    private int _relevantCount;

    public QueryRanking(EvaluationPlan plan)
    {
        int count = plan.RankedRows.Length;
        _plan = plan;
        _distances = new PlaneDistances(plan.Planes, PlaneDistances.BestKernel);
        _marks = plan.Options.StableOrder ? new byte[count] : [];
        _shared = plan.MultiLabel ? new byte[count] : [];
        // The list is written one past its end: see RelevanceIndex.Shared.
        _relevantRows = new int[count + 1];
        _places = plan.Options.StableOrder ? new int[count + 2] : [];
        _all = new int[plan.Bits + 1];
        _relevant = new int[plan.Bits + 1];
        _counters = new int[DistanceCounting.ScratchCounters(plan.Bits, count)];
    }

    /// <summary>Place of the query itself, which is not ranked; -1 for none.</summary>
    public int Self { get; private set; }

    /// <summary>Distance of each place.</summary>
    public ReadOnlySpan<ushort> Distances => _distances.Values;

    /// <summary>Number of ranked rows at each distance.</summary>
    public ReadOnlySpan<int> All => _all;

    /// <summary>Number of relevant rows at each distance.</summary>
    public ReadOnlySpan<int> Relevant => _relevant;

    /// <summary>Places of the relevant rows, ascending.</summary>
    public ReadOnlySpan<int> RelevantRows => _relevantRows.AsSpan(0, _relevantCount);

    /// <summary>Shared classes of each place with the query, for multi-label data.</summary>
    public ReadOnlySpan<byte> Shared => _shared;

    /// <summary>1 for each place that is relevant, for stable order.</summary>
    public ReadOnlySpan<byte> Marks => _marks;

    /// <summary>For each relevant row its place, from 1, among the rows of its distance, for stable order.</summary>
    public ReadOnlySpan<int> PlacesInTies => _places.AsSpan(0, _relevantCount);

    /// <summary>Ranks the database for <paramref name="query"/>.</summary>
    public void Rank(int query)
    {
        Self = _plan.PlaceOfSelf(query);
        FindRelevant(query);
        _distances.Compute(_plan.Queries[query]);
        ReadOnlySpan<ushort> distances = Distances;
        if (_plan.Options.StableOrder)
            FindPlaces();
        else
            DistanceCounting.Histogram(distances, _all, _counters);
        if (Self >= 0)
            _all[distances[Self]]--;
        Array.Clear(_relevant);
        foreach (int row in RelevantRows)
            _relevant[distances[row]]++;
    }

    private void FindRelevant(int query)
    {
        if (_plan.MultiLabel)
        {
            _relevantCount = _plan.Relevance.Shared(_plan.QueryLabels, query, _shared, _relevantRows);
        }
        else
        {
            ReadOnlySpan<int> rows = _plan.Relevance.RowsOf(_plan.QueryLabels.ClassOf(query));
            rows.CopyTo(_relevantRows);
            _relevantCount = rows.Length;
        }
        int self = Self < 0 ? -1 : RelevantRows.BinarySearch(Self);
        if (self >= 0)
            RelevantRows[(self + 1)..].CopyTo(_relevantRows.AsSpan(self, --_relevantCount - self));
    }

    private void FindPlaces()
    {
        Array.Clear(_marks);
        foreach (int row in RelevantRows)
            _marks[row] = 1;
        DistanceCounting.Places(Distances, _marks, RelevantRows, _all, _places, _counters);
        if (Self < 0)
            return;
        ReadOnlySpan<ushort> distances = Distances;
        for (int i = 0; i < _relevantCount; i++)
            if (_relevantRows[i] > Self && distances[_relevantRows[i]] == distances[Self])
                _places[i]--;
    }
}
