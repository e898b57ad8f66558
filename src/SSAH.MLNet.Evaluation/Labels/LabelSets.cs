namespace SSAH.MLNet.Evaluation;

/// <summary>The labels of n rows: one class per row, or a set of classes per row. A row may be unlabeled. Immutable and thread-safe.</summary>
/// <remarks>Two rows are relevant to each other when they share at least one class; an unlabeled row shares nothing with any row.</remarks>
public sealed class LabelSets
{
    private const int Unlabeled = -1;

    private readonly int[]? _classes;
    private readonly Lazy<ulong[]> _masks;

    private LabelSets(int[]? classes, Func<ulong[]> masks, int count, int classCount, IReadOnlyList<string>? names)
    {
        if (names is not null && names.Count != classCount)
            throw new ArgumentException($"{names.Count} class names were given for {classCount} classes: give one name per class.", nameof(names));
        _classes = classes;
        _masks = new Lazy<ulong[]>(masks);
        Count = count;
        ClassCount = classCount;
        Names = names is null ? null : Array.AsReadOnly([.. names]);
    }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <summary>Number of classes; class numbers run from 0 to <c>ClassCount - 1</c>.</summary>
    public int ClassCount { get; }

    /// <summary>Whether the rows carry sets of classes (<see cref="FromSets"/>) rather than one class each (<see cref="FromClasses"/>).</summary>
    public bool IsMultiLabel => _classes is null;

    /// <summary>Names of the classes, or null when they have none.</summary>
    public IReadOnlyList<string>? Names { get; }

    /// <summary>Words of 64 classes in each mask.</summary>
    internal int WordsPerMask => (ClassCount + 63) / 64;

    /// <summary>Labels of one class per row.</summary>
    /// <param name="classes">Class of each row, from 0; -1 is unlabeled.</param>
    /// <param name="names">Names of the classes; they fix <see cref="ClassCount"/>. Without them it is the largest class plus one.</param>
    /// <exception cref="ArgumentException">A class is below -1, or not below the number of names.</exception>
    public static LabelSets FromClasses(ReadOnlySpan<int> classes, IReadOnlyList<string>? names = null)
    {
        int limit = names?.Count ?? int.MaxValue;
        int largest = Unlabeled;
        for (int row = 0; row < classes.Length; row++)
        {
            if (classes[row] < Unlabeled || classes[row] >= limit)
                throw new ArgumentException(
                    $"Row {row} has class {classes[row]}: classes run from 0 to {limit - 1}, and -1 is unlabeled.", nameof(classes));
            largest = Math.Max(largest, classes[row]);
        }
        int[] copy = classes.ToArray();
        int classCount = names?.Count ?? largest + 1;
        return new LabelSets(copy, () => MasksOfClasses(classCount), copy.Length, classCount, names);
    }

    /// <summary>Labels of any number of classes per row.</summary>
    /// <param name="sets">Classes of each row, from 0; an empty set is unlabeled.</param>
    /// <param name="classCount">Number of classes, 0 or more.</param>
    /// <param name="names">Names of the classes, one per class, or null.</param>
    /// <exception cref="ArgumentException">A class is negative or not below <paramref name="classCount"/>.</exception>
    public static LabelSets FromSets(IReadOnlyList<IReadOnlyCollection<int>> sets, int classCount, IReadOnlyList<string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(sets);
        ArgumentOutOfRangeException.ThrowIfNegative(classCount);
        int words = (classCount + 63) / 64;
        ulong[] masks = new ulong[checked(sets.Count * words)];
        for (int row = 0; row < sets.Count; row++)
        {
            foreach (int label in sets[row])
            {
                if ((uint)label >= (uint)classCount)
                    throw new ArgumentException($"Row {row} has class {label}: classes run from 0 to {classCount - 1}.", nameof(sets));
                masks[row * words + label / 64] |= 1UL << (label % 64);
            }
        }
        return new LabelSets(null, () => masks, sets.Count, classCount, names);
    }

    /// <summary>Whether row <paramref name="row"/> has at least one class.</summary>
    public bool IsLabeled(int row) =>
        _classes is not null ? _classes[row] != Unlabeled : MaskOf(row).ContainsAnyExcept(0UL);

    /// <summary>The class of row <paramref name="row"/>, or -1 where it is unlabeled.</summary>
    /// <exception cref="InvalidOperationException">The labels are sets: use <see cref="MaskOf"/>.</exception>
    public int ClassOf(int row) => _classes is not null
        ? _classes[row]
        : throw new InvalidOperationException("These labels are sets of classes, so a row has no single class: use MaskOf.");

    /// <summary>The classes of row <paramref name="row"/> as a bit set: bit <c>c % 64</c> of word <c>c / 64</c> is class c.</summary>
    public ReadOnlySpan<ulong> MaskOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
        // Single-label rows of one class share one mask; the mask after the last class is empty, for unlabeled rows.
        int index = _classes is null ? row : _classes[row] == Unlabeled ? ClassCount : _classes[row];
        return _masks.Value.AsSpan(index * WordsPerMask, WordsPerMask);
    }

    /// <summary>Whether row <paramref name="row"/> and row <paramref name="otherRow"/> of <paramref name="other"/> have a class in common.</summary>
    /// <remarks>Class numbers must mean the same in both. An unlabeled row shares nothing.</remarks>
    public bool Shares(int row, LabelSets other, int otherRow)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (_classes is not null && other._classes is not null)
            return _classes[row] != Unlabeled && _classes[row] == other._classes[otherRow];
        ReadOnlySpan<ulong> left = MaskOf(row), right = other.MaskOf(otherRow);
        for (int word = 0; word < Math.Min(left.Length, right.Length); word++)
            if ((left[word] & right[word]) != 0)
                return true;
        return false;
    }

    /// <summary>The labels of some rows, in the order given; class numbers and names stay the same.</summary>
    /// <param name="rows">Rows, each from 0 to <c>Count - 1</c>; a row may come more than once.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such row.</exception>
    public LabelSets Take(ReadOnlySpan<int> rows)
    {
        if (_classes is not null)
        {
            int[] classes = new int[rows.Length];
            for (int i = 0; i < classes.Length; i++)
                classes[i] = _classes[rows[i]];
            return new LabelSets(classes, () => MasksOfClasses(ClassCount), classes.Length, ClassCount, Names);
        }
        int words = WordsPerMask;
        ulong[] masks = new ulong[checked(rows.Length * words)];
        for (int i = 0; i < rows.Length; i++)
            MaskOf(rows[i]).CopyTo(masks.AsSpan(i * words));
        return new LabelSets(null, () => masks, rows.Length, ClassCount, Names);
    }

    private static ulong[] MasksOfClasses(int classCount)
    {
        int words = (classCount + 63) / 64;
        ulong[] masks = new ulong[checked((classCount + 1) * words)];
        for (int label = 0; label < classCount; label++)
            masks[label * words + label / 64] = 1UL << (label % 64);
        return masks;
    }
}
