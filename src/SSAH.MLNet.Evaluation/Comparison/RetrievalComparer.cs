using System.Numerics.Tensors;

namespace SSAH.MLNet.Evaluation;

/// <summary>Compares rankings of one database for the same queries: chance at once, others as they are added.</summary>
/// <remarks>
/// A row is relevant to a query when they share a class. Ties are averaged exactly, those of equal floats too. Unlabeled queries and database rows
/// are left out; a query with nothing relevant counts 0. Not safe to use from several threads; each ranking itself runs on several.
/// </remarks>
internal sealed class RetrievalComparer
{
    private const int QueriesPerBlock = 16;

    private readonly LabelSets _queryLabels;
    private readonly LabelSets _databaseLabels;
    private readonly ComparisonOptions _options;
    private readonly int[] _queries;
    private readonly int[] _rows;
    private readonly int[] _selves;
    private readonly bool?[] _isSeen;
    private readonly RelevanceIndex _relevance;
    private readonly RankTables _tables;
    private readonly List<ComparedRanking> _rankings = [];

    /// <summary>Begins a comparison.</summary>
    /// <param name="queryLabels">Labels of the queries.</param>
    /// <param name="databaseLabels">Labels of the database, with the same class numbers.</param>
    /// <param name="options">Conventions; null takes the defaults.</param>
    /// <exception cref="ArgumentException">Nothing is labeled, or the options do not fit the labels.</exception>
    public RetrievalComparer(LabelSets queryLabels, LabelSets databaseLabels, ComparisonOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(queryLabels);
        ArgumentNullException.ThrowIfNull(databaseLabels);
        _queryLabels = queryLabels;
        _databaseLabels = databaseLabels;
        _options = options ?? new ComparisonOptions();
        if (_options.ExcludeSameRow && queryLabels.Count > databaseLabels.Count)
            throw new ArgumentException(
                $"{nameof(ComparisonOptions.ExcludeSameRow)}: {queryLabels.Count} queries cannot be among {databaseLabels.Count} rows.", nameof(options));
        _queries = [.. Enumerable.Range(0, queryLabels.Count).Where(queryLabels.IsLabeled)];
        _rows = [.. Enumerable.Range(0, databaseLabels.Count).Where(databaseLabels.IsLabeled)];
        if (_queries.Length == 0 || _rows.Length == 0)
            throw new ArgumentException($"There is nothing to compare: {_queries.Length} of {queryLabels.Count} queries and {_rows.Length} of "
                + $"{databaseLabels.Count} database rows are labeled.");
        _selves = [.. _queries.Select(query => _options.ExcludeSameRow ? Math.Max(-1, Array.BinarySearch(_rows, query)) : -1)];
        _isSeen = [.. _queries.Select(IsSeen)];
        _relevance = new RelevanceIndex(databaseLabels, _rows);
        _tables = new RankTables(_rows.Length);
        Add(ComparedMethod.Chance, "chance", null, scores: null, CancellationToken.None);
    }

    /// <summary>Adds the ranking by the cosine of float features, after the mean of the database is subtracted from both.</summary>
    /// <param name="queries">Features of the queries, <paramref name="dimension"/> values for each.</param>
    /// <param name="database">Features of the database.</param>
    /// <param name="dimension">Values of one feature vector, 1 or more.</param>
    /// <param name="name">Name in the table.</param>
    /// <param name="cancellationToken">Stops the ranking.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the labels, or a value is not finite.</exception>
    public void AddCosine(
        ReadOnlyMemory<float> queries, ReadOnlyMemory<float> database, int dimension, string name = "cosine of the features, centered",
        CancellationToken cancellationToken = default)
    {
        Check(queries, database, dimension);
        float[] mean = new float[dimension];
        for (int row = 0; row < _databaseLabels.Count; row++)
            TensorPrimitives.Add(mean, database.Span.Slice(row * dimension, dimension), mean);
        TensorPrimitives.Divide(mean, _databaseLabels.Count, mean);
        Add(ComparedMethod.Cosine, name, null, new VectorScores(Unit(queries, mean), Unit(database, mean), dimension), cancellationToken);
    }

    /// <summary>Adds the ranking by the inner product of class probabilities: how likely query and row are of one class, were the classifier right.</summary>
    /// <param name="queries">Probabilities of the queries, <paramref name="classes"/> values for each.</param>
    /// <param name="database">Probabilities of the database.</param>
    /// <param name="classes">Number of classes, 1 or more.</param>
    /// <param name="name">Name in the table.</param>
    /// <param name="cancellationToken">Stops the ranking.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the labels, or a value is not finite.</exception>
    public void AddClassRanking(
        ReadOnlyMemory<float> queries, ReadOnlyMemory<float> database, int classes, string name = "class probabilities",
        CancellationToken cancellationToken = default)
    {
        Check(queries, database, classes);
        Add(ComparedMethod.ClassRanking, name, null, new VectorScores(queries, database, classes), cancellationToken);
    }

    /// <summary>Adds the ranking by the Hamming distance of codes.</summary>
    /// <param name="method"><see cref="ComparedMethod.TrainedCodes"/> or <see cref="ComparedMethod.UnlabeledCodes"/>.</param>
    /// <param name="queries">Codes of the queries.</param>
    /// <param name="database">Codes of the database.</param>
    /// <param name="name">Name in the table; null makes one of the method and the bits.</param>
    /// <param name="cancellationToken">Stops the ranking.</param>
    /// <exception cref="ArgumentException">The codes do not fit one another or the labels, or the method is none of codes.</exception>
    public void AddCodes(ComparedMethod method, BinaryCodes queries, BinaryCodes database, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(database);
        if (method is not (ComparedMethod.TrainedCodes or ComparedMethod.UnlabeledCodes))
            throw new ArgumentException($"{method} is no ranking by codes.", nameof(method));
        if (queries.Bits != database.Bits)
            throw new ArgumentException($"The queries have {queries.Bits}-bit codes, the database {database.Bits}-bit codes.", nameof(database));
        if (queries.Count != _queryLabels.Count || database.Count != _databaseLabels.Count)
            throw new ArgumentException(
                $"{queries.Count} and {database.Count} codes were given for {_queryLabels.Count} queries and {_databaseLabels.Count} database rows.");
        name ??= FormattableString.Invariant($"{(method == ComparedMethod.TrainedCodes ? "trained codes" : "ITQ codes")}, {queries.Bits} bits");
        Add(method, name, queries.Bits, new CodeScores(queries, database), cancellationToken);
    }

    /// <summary>What was added so far, side by side.</summary>
    public RetrievalComparison ToComparison() => new(_queries.Length, _rows.Length, _options.Cutoff, [.. _rankings.OrderBy(ranking => ranking.Method)]);

    private void Add(ComparedMethod method, string name, int? bits, RowScores? scores, CancellationToken cancellationToken)
    {
        var figures = new (double AveragePrecision, double Precision)[_queries.Length];
        int blocks = (_queries.Length + QueriesPerBlock - 1) / QueriesPerBlock;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Threads == 0 ? Environment.ProcessorCount : _options.Threads,
            CancellationToken = cancellationToken };
        Parallel.For(0, blocks, parallel, () => new Worker(this, scores), (block, _, worker) =>
        {
            worker.Rank(block, figures);
            return worker;
        }, _ => { });
        RankingFigures Over(Func<int, bool> counts)
        {
            int[] some = [.. Enumerable.Range(0, _queries.Length).Where(counts)];
            return new RankingFigures(some.Length, some.Select(i => figures[i].AveragePrecision).DefaultIfEmpty(double.NaN).Average(),
                some.Select(i => figures[i].Precision).DefaultIfEmpty(double.NaN).Average());
        }
        bool isSplit = _options.LabeledClasses is not null;
        _rankings.Add(new ComparedRanking(method, name, bits, Over(_ => true), isSplit ? Over(i => _isSeen[i] == true) : null,
            isSplit ? Over(i => _isSeen[i] == false) : null));
        _options.Progress?.Report(name);
    }

    // A query of several classes is seen where all of them had labels, and unseen where none had.
    private bool? IsSeen(int query)
    {
        if (_options.LabeledClasses is not { } labeled)
            return null;
        if (_queryLabels.Names is not { } names)
            throw new ArgumentException($"{nameof(ComparisonOptions.LabeledClasses)} needs classes with names; these labels have none.");
        bool[] had = [.. RelevanceIndex.LabelsOf(_queryLabels, query).Select(label => labeled.Contains(names[label]))];
        return had.Distinct().Count() == 1 ? had[0] : null;
    }

    private void Check(ReadOnlyMemory<float> queries, ReadOnlyMemory<float> database, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        foreach ((string what, ReadOnlyMemory<float> values, int rows) in new[] { ("queries", queries, _queryLabels.Count),
            ("database", database, _databaseLabels.Count) })
        {
            if (values.Length != (long)rows * dimension)
                throw new ArgumentException($"The {what} have {values.Length} values; {rows} rows of {dimension} are {(long)rows * dimension}.");
            if (values.Span.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) is >= 0 and var bad)
                throw new ArgumentException($"Row {bad / dimension} of the {what} has a value that is not finite.");
        }
    }

    private static float[] Unit(ReadOnlyMemory<float> values, float[] mean)
    {
        float[] unit = values.ToArray();
        for (int start = 0; start < unit.Length; start += mean.Length)
        {
            Span<float> row = unit.AsSpan(start, mean.Length);
            TensorPrimitives.Subtract(row, mean, row);
            if (TensorPrimitives.Norm<float>(row) is > 0 and var norm)
                TensorPrimitives.Divide(row, norm, row);
        }
        return unit;
    }

    private sealed class Worker(RetrievalComparer comparer, RowScores? scores)
    {
        private readonly ScoreRanking _ranking =
            new(comparer._queryLabels, comparer._relevance, comparer._tables, comparer._rows.Length, comparer._options.Cutoff);
        private readonly float[][] _scores = scores is null ? [] : [.. Enumerable.Range(0, QueriesPerBlock).Select(_ => new float[comparer._rows.Length])];

        public void Rank(int block, (double AveragePrecision, double Precision)[] figures)
        {
            int start = block * QueriesPerBlock, count = Math.Min(QueriesPerBlock, figures.Length - start);
            scores?.Compute(comparer._queries.AsSpan(start, count), comparer._rows, _scores);
            for (int i = 0; i < count; i++)
            {
                int query = comparer._queries[start + i], self = comparer._selves[start + i];
                figures[start + i] = scores is null ? _ranking.Chance(query, self) : _ranking.Of(query, _scores[i], self);
            }
        }
    }
}
