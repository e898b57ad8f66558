using MathNet.Numerics.Random;

namespace SSAH.MLNet.Evaluation;

/// <summary>What a row of a data set is used for.</summary>
public enum SplitRole
{
    /// <summary>Trained on without its label, and in the database.</summary>
    Unlabeled,

    /// <summary>A query: never trained on, never in the database.</summary>
    Query,

    /// <summary>Trained on with its label; in the database only where <see cref="RetrievalSplit.DatabaseIncludesLabeled"/> says so.</summary>
    Labeled,

    /// <summary>Trained on without its label, and not in the database.</summary>
    Extra,

    /// <summary>Not used at all.</summary>
    Unused,
}

/// <summary>Which rows of a data set are queries, labeled and unlabeled training data, and the database. Immutable.</summary>
/// <remarks>Drawn from a seed and kept as a file, so that a second run or another program uses the same one.
/// Choose models on a validation part of <see cref="Labeled"/>, never on <see cref="Queries"/>.</remarks>
public sealed class RetrievalSplit
{
    private readonly Dictionary<int, SplitRole> _roles;

    private RetrievalSplit(string protocol, int seed, int rowCount, bool databaseIncludesLabeled, Dictionary<int, SplitRole> roles)
    {
        Protocol = protocol;
        Seed = seed;
        RowCount = rowCount;
        DatabaseIncludesLabeled = databaseIncludesLabeled;
        _roles = roles;
    }

    /// <summary>Name of the protocol, for reports: one line.</summary>
    public string Protocol { get; }

    /// <summary>Seed of the draw.</summary>
    public int Seed { get; }

    /// <summary>Rows of the data set.</summary>
    public int RowCount { get; }

    /// <summary>Whether the labeled rows are in the database too.</summary>
    public bool DatabaseIncludesLabeled { get; }

    /// <summary>Rows of the queries, ascending.</summary>
    public IReadOnlyList<int> Queries => RowsOf(SplitRole.Query);

    /// <summary>Rows to train on with their labels, ascending.</summary>
    public IReadOnlyList<int> Labeled => RowsOf(SplitRole.Labeled);

    /// <summary>Rows to train on without their labels, ascending.</summary>
    public IReadOnlyList<int> UnlabeledTraining => RowsWhere(role => role is SplitRole.Unlabeled or SplitRole.Extra);

    /// <summary>Rows of the database, ascending.</summary>
    public IReadOnlyList<int> Database => RowsWhere(role => role == SplitRole.Unlabeled || (DatabaseIncludesLabeled && role == SplitRole.Labeled));

    /// <summary>Rows that were given a role, ascending: all that a file lists. The others are unlabeled.</summary>
    public IEnumerable<(int Row, SplitRole Role)> Roles => _roles.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value));

    /// <summary>The role of row <paramref name="row"/>.</summary>
    public SplitRole this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, RowCount);
            return _roles.GetValueOrDefault(row);
        }
    }

    /// <summary>Makes a split of given rows; every row that <paramref name="roles"/> does not list is <see cref="SplitRole.Unlabeled"/>.</summary>
    /// <exception cref="ArgumentException">A row is listed twice or is not in the data set, or the name is empty or longer than a line.</exception>
    public static RetrievalSplit Create(
        string protocol, int seed, int rowCount, bool databaseIncludesLabeled, IEnumerable<(int Row, SplitRole Role)> roles)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(protocol);
        ArgumentNullException.ThrowIfNull(roles);
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        if (protocol.Length > 200 || protocol.Any(char.IsControl) || protocol != protocol.Trim())
            throw new ArgumentException("A protocol's name is one line of up to 200 characters, without space around it.", nameof(protocol));
        var listed = new Dictionary<int, SplitRole>();
        foreach ((int row, SplitRole role) in roles)
        {
            if ((uint)row >= (uint)rowCount)
                throw new ArgumentException($"Row {row} has a role, but the data set has {rowCount} rows.", nameof(roles));
            if (!Enum.IsDefined(role))
                throw new ArgumentException($"Row {row} has role {(int)role}, which is not one of the roles.", nameof(roles));
            if (!listed.TryAdd(row, role))
                throw new ArgumentException($"Row {row} has two roles.", nameof(roles));
        }
        return new RetrievalSplit(protocol, seed, rowCount, databaseIncludesLabeled, listed);
    }

    /// <summary>Draws queries and labeled rows of each class; the other rows, also those of no class, are unlabeled.</summary>
    /// <param name="labels">Classes of the whole data set, one per row.</param>
    /// <param name="queriesPerClass">Queries of each class, 0 or more.</param>
    /// <param name="labeledPerClass">Labeled rows of each class, 0 or more.</param>
    /// <param name="seed">Seed: the same seed draws the same queries, whatever the number of labeled rows.</param>
    /// <param name="databaseIncludesLabeled">Whether the labeled rows are in the database too.</param>
    /// <param name="protocol">Name for reports; null makes one of the numbers.</param>
    /// <exception cref="ArgumentException">The labels are sets, or a class has too few rows.</exception>
    public static RetrievalSplit Draw(
        LabelSets labels, int queriesPerClass, int labeledPerClass, int seed, bool databaseIncludesLabeled = false, string? protocol = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegative(queriesPerClass);
        ArgumentOutOfRangeException.ThrowIfNegative(labeledPerClass);
        protocol ??= $"{queriesPerClass} queries and {labeledPerClass} labeled a class";
        IEnumerable<(int, SplitRole)> roles = ShuffledClasses(labels, seed, queriesPerClass + labeledPerClass).SelectMany(rows =>
            Take(rows, 0, queriesPerClass, SplitRole.Query).Concat(Take(rows, queriesPerClass, labeledPerClass, SplitRole.Labeled)));
        return Create(protocol, seed, labels.Count, databaseIncludesLabeled, roles);
    }

    /// <summary>Draws labeled rows of each class where the queries are fixed already, as in a data set with a test part.</summary>
    /// <param name="labels">Classes of the whole data set, one per row.</param>
    /// <param name="fixedRoles">Rows that are not drawn from: the queries, and extra or unused rows.</param>
    /// <param name="labeledPerClass">Labeled rows of each class, or all where a class has fewer.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="databaseIncludesLabeled">Whether the labeled rows are in the database too.</param>
    /// <param name="protocol">Name for reports.</param>
    /// <exception cref="ArgumentException">The labels are sets, or a fixed row is listed twice or not in the data set.</exception>
    public static RetrievalSplit DrawLabeled(
        LabelSets labels, IReadOnlyCollection<(int Row, SplitRole Role)> fixedRoles, int labeledPerClass, int seed, bool databaseIncludesLabeled,
        string protocol)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(fixedRoles);
        ArgumentOutOfRangeException.ThrowIfNegative(labeledPerClass);
        var taken = fixedRoles.Select(role => role.Row).ToHashSet();
        IEnumerable<(int, SplitRole)> drawn = ShuffledClasses(labels, seed, 0).SelectMany(rows =>
            rows.Where(row => !taken.Contains(row)).Take(labeledPerClass).Select(row => (row, SplitRole.Labeled)));
        return Create(protocol, seed, labels.Count, databaseIncludesLabeled, fixedRoles.Concat(drawn));
    }

    /// <summary>Draws a number of labeled rows from all labeled ones, for labels that are sets; the queries are fixed already.</summary>
    /// <param name="labels">Labels of the whole data set; rows without any are not drawn.</param>
    /// <param name="fixedRoles">Rows that are not drawn from: the queries, and extra or unused rows.</param>
    /// <param name="labeledCount">Labeled rows in all.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="databaseIncludesLabeled">Whether the labeled rows are in the database too.</param>
    /// <param name="protocol">Name for reports.</param>
    /// <exception cref="ArgumentException">There are fewer rows to draw from, or a fixed row is listed twice or not in the data set.</exception>
    public static RetrievalSplit DrawLabeledTotal(
        LabelSets labels, IReadOnlyCollection<(int Row, SplitRole Role)> fixedRoles, int labeledCount, int seed, bool databaseIncludesLabeled,
        string protocol)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(fixedRoles);
        ArgumentOutOfRangeException.ThrowIfNegative(labeledCount);
        var taken = fixedRoles.Select(role => role.Row).ToHashSet();
        int[] rows = [.. Enumerable.Range(0, labels.Count).Where(row => labels.IsLabeled(row) && !taken.Contains(row))];
        if (rows.Length < labeledCount)
            throw new ArgumentException($"{labeledCount} labeled rows are wanted, but only {rows.Length} can be drawn.", nameof(labeledCount));
        Shuffle(rows, new Xoshiro256StarStar(seed));
        return Create(protocol, seed, labels.Count, databaseIncludesLabeled, fixedRoles.Concat(Take(rows, 0, labeledCount, SplitRole.Labeled)));
    }

    /// <summary>Writes the split as a text file of rows and roles, all or nothing.</summary>
    public void Save(string path) => RetrievalSplitFile.Save(this, path);

    /// <summary>Reads a file that <see cref="Save"/> or another program wrote; it may be of any content.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="limits">What it may be; null trusts it. It has 512 MiB at most.</param>
    /// <exception cref="DamagedFileException">The file is no split, or is not what was written; the message names the line.</exception>
    public static RetrievalSplit Load(string path, ReadingLimits? limits = null) => RetrievalSplitFile.Load(path, limits ?? ReadingLimits.Trusted);

    private static IEnumerable<(int Row, SplitRole Role)> Take(int[] rows, int start, int count, SplitRole role) =>
        rows.Skip(start).Take(count).Select(row => (row, role));

    /// <summary>The rows of each class in random order.</summary>
    private static List<int[]> ShuffledClasses(LabelSets labels, int seed, int least)
    {
        if (labels.IsMultiLabel)
            throw new ArgumentException("Rows with sets of labels cannot be drawn by class: use DrawLabeledTotal.", nameof(labels));
        var random = new Xoshiro256StarStar(seed);
        var classes = new List<int[]>();
        foreach (IGrouping<int, int> rows in Enumerable.Range(0, labels.Count).GroupBy(labels.ClassOf).Where(g => g.Key >= 0).OrderBy(g => g.Key))
        {
            int[] shuffled = [.. rows];
            if (shuffled.Length < least)
                throw new ArgumentException(
                    $"Class {labels.Names?[rows.Key] ?? $"{rows.Key}"} has {shuffled.Length} rows; {least} are to be drawn.", nameof(labels));
            Shuffle(shuffled, random);
            classes.Add(shuffled);
        }
        return classes;
    }

    private static void Shuffle(int[] rows, Xoshiro256StarStar random)
    {
        for (int last = rows.Length - 1; last > 0; last--)
        {
            int other = random.Next(last + 1);
            (rows[last], rows[other]) = (rows[other], rows[last]);
        }
    }

    private int[] RowsOf(SplitRole role) => [.. _roles.Where(pair => pair.Value == role).Select(pair => pair.Key).Order()];

    private int[] RowsWhere(Func<SplitRole, bool> wanted) =>
        [.. Enumerable.Range(0, RowCount).Where(row => wanted(_roles.GetValueOrDefault(row)))];
}
