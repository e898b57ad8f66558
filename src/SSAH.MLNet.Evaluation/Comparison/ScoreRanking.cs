namespace SSAH.MLNet.Evaluation;

/// <summary>Tie-averaged figures of rankings by scores. One for each thread: its memory is O(database rows).</summary>
internal sealed class ScoreRanking
{
    private readonly RelevanceIndex _relevance;
    private readonly RankTables _tables;
    private readonly LabelSets _queryLabels;
    private readonly int[] _cutoff;
    private readonly bool[] _isRelevant;
    private readonly int[] _places;
    private readonly int[] _all;
    private readonly int[] _relevant;
    private readonly double[] _found = new double[1];

    public ScoreRanking(LabelSets queryLabels, RelevanceIndex relevance, RankTables tables, int rows, int cutoff)
    {
        _queryLabels = queryLabels;
        _relevance = relevance;
        _tables = tables;
        _cutoff = [cutoff];
        _isRelevant = new bool[rows];
        _places = new int[rows];
        _all = new int[rows];
        _relevant = new int[rows];
    }

    /// <summary>AP and precision at the cutoff of one query.</summary>
    /// <param name="query">Row of the query.</param>
    /// <param name="scores">A score for each place; they are put into order.</param>
    /// <param name="self">The place of the query itself, which is left out; -1 for none.</param>
    public (double AveragePrecision, double Precision) Of(int query, float[] scores, int self)
    {
        int relevant = Mark(query, true, self);
        for (int place = 0; place < scores.Length; place++)
            (_places[place], scores[place]) = (place, -scores[place]);
        Array.Sort(scores, _places);
        int groups = 0;
        for (int rank = 0; rank < scores.Length; groups++)
        {
            (_all[groups], _relevant[groups]) = (0, 0);
            for (float score = scores[rank]; rank < scores.Length && scores[rank] == score; rank++)
            {
                if (_places[rank] == self)
                    continue;
                _all[groups]++;
                _relevant[groups] += _isRelevant[_places[rank]] ? 1 : 0;
            }
        }
        Mark(query, false, -1);
        return relevant == 0 ? default : Figures(groups);
    }

    /// <summary>The same, expected over all orders.</summary>
    public (double AveragePrecision, double Precision) Chance(int query, int self)
    {
        (_all[0], _relevant[0]) = (_isRelevant.Length - (self >= 0 ? 1 : 0), Mark(query, true, self));
        Mark(query, false, -1);
        return _relevant[0] == 0 ? default : Figures(1);
    }

    private (double AveragePrecision, double Precision) Figures(int groups)
    {
        ReadOnlySpan<int> all = _all.AsSpan(0, groups), relevant = _relevant.AsSpan(0, groups);
        double precision = TieAverage.AveragePrecision(all, relevant, groups, _tables.Harmonic).Expected;
        TieAverage.RelevantWithin(all, relevant, _cutoff, _found);
        return (precision, _found[0] / _cutoff[0]);
    }

    private int Mark(int query, bool value, int self)
    {
        int count = 0;
        foreach (int label in RelevanceIndex.LabelsOf(_queryLabels, query))
            foreach (int place in _relevance.RowsOf(label))
            {
                count += place != self && _isRelevant[place] != value ? 1 : 0;
                _isRelevant[place] = value;
            }
        return count;
    }
}
