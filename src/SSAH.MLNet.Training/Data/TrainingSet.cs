using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Training.Data;

/// <summary>All rows that training may use: pictures as bytes, and their labels. Immutable.</summary>
internal sealed class TrainingSet
{
    private readonly byte[][] _chunks;
    private readonly int _rowsPerChunk;

    private TrainingSet(PixelShape shape, LabelSets labels, byte[][] chunks, int rowsPerChunk, double validationFraction, int seed)
    {
        Shape = shape;
        Labels = labels;
        _chunks = chunks;
        _rowsPerChunk = rowsPerChunk;
        int[] labelled = [.. Enumerable.Range(0, labels.Count).Where(labels.IsLabelled)];
        UnlabelledRows = [.. Enumerable.Range(0, labels.Count).Where(row => !labels.IsLabelled(row))];
        if (validationFraction > 0)
            new Random(seed).Shuffle(labelled);
        int held = (int)Math.Round(labelled.Length * validationFraction);
        ValidationRows = labelled[..held];
        LabelledRows = labelled[held..];
    }

    /// <summary>Size of each picture.</summary>
    public PixelShape Shape { get; }

    /// <summary>Labels of all rows; unlabelled rows have none.</summary>
    public LabelSets Labels { get; }

    /// <summary>Rows that are trained on with their labels.</summary>
    public int[] LabelledRows { get; }

    /// <summary>Rows without a label.</summary>
    public int[] UnlabelledRows { get; }

    /// <summary>Labelled rows that are kept out of training.</summary>
    public int[] ValidationRows { get; }

    /// <summary>The picture of a row as planes [C, H, W].</summary>
    public ReadOnlySpan<byte> Image(int row) =>
        _chunks[row / _rowsPerChunk].AsSpan(row % _rowsPerChunk * Shape.Size, Shape.Size);

    /// <summary>Collects rows in chunks, so that the set may be larger than one array.</summary>
    public sealed class Builder(PixelShape shape)
    {
        private readonly List<byte[]> _chunks = [];
        private readonly int _rowsPerChunk = Math.Max(1, (64 << 20) / shape.Size);
        private readonly List<int[]> _labels = [];

        /// <summary>Rows so far.</summary>
        public int Count => _labels.Count;

        /// <summary>Adds a row and returns the place for its picture, to be filled before the next row.</summary>
        public Span<byte> Add(ReadOnlySpan<int> labels)
        {
            int slot = _labels.Count % _rowsPerChunk;
            if (slot == 0)
                _chunks.Add(new byte[_rowsPerChunk * shape.Size]);
            _labels.Add(labels.ToArray());
            return _chunks[^1].AsSpan(slot * shape.Size, shape.Size);
        }

        /// <summary>Closes the set.</summary>
        public TrainingSet Build(int classCount, bool multiLabel, IReadOnlyList<string>? names, double validationFraction, int seed)
        {
            var labels = multiLabel
                ? LabelSets.FromSets(_labels, classCount, names)
                : LabelSets.FromClasses([.. _labels.Select(l => l.Length == 0 ? -1 : l[0])], names);
            return new TrainingSet(shape, labels, [.. _chunks], _rowsPerChunk, validationFraction, seed);
        }
    }
}
