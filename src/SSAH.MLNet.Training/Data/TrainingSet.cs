using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Training.Data;

/// <summary>All rows that training may use: images as bytes, and their labels. Immutable.</summary>
internal sealed class TrainingSet
{
    private readonly PixelStore _pixels;

    private TrainingSet(PixelShape shape, LabelSets labels, PixelStore pixels, double validationFraction, int seed)
    {
        Shape = shape;
        Labels = labels;
        _pixels = pixels;
        int[] labeled = [.. Enumerable.Range(0, labels.Count).Where(labels.IsLabeled)];
        UnlabeledRows = [.. Enumerable.Range(0, labels.Count).Where(row => !labels.IsLabeled(row))];
        if (validationFraction > 0)
            new Random(seed).Shuffle(labeled);
        int held = (int)Math.Round(labeled.Length * validationFraction);
        ValidationRows = labeled[..held];
        LabeledRows = labeled[held..];
    }

    /// <summary>Size of each image.</summary>
    public PixelShape Shape { get; }

    /// <summary>Labels of all rows; unlabeled rows have none.</summary>
    public LabelSets Labels { get; }

    /// <summary>Rows that are trained on with their labels.</summary>
    public int[] LabeledRows { get; }

    /// <summary>Rows without a label.</summary>
    public int[] UnlabeledRows { get; }

    /// <summary>Labeled rows that are kept out of training.</summary>
    public int[] ValidationRows { get; }

    /// <summary>The image of a row as planes [C, H, W].</summary>
    public ReadOnlySpan<byte> Image(int row) => _pixels[row];

    /// <summary>Collects rows.</summary>
    /// <param name="shape">Size of each image.</param>
    /// <param name="memoryLimit">Bytes of pixels that are held in memory; what is more lies in mapped files.</param>
    public sealed class Builder(PixelShape shape, long memoryLimit = long.MaxValue)
    {
        private readonly PixelStore _pixels = new(shape.Size, memoryLimit);
        private readonly List<int[]> _labels = [];

        /// <summary>Rows so far.</summary>
        public int Count => _labels.Count;

        /// <summary>Bytes of pixels in mapped files.</summary>
        public long MappedBytes => _pixels.MappedBytes;

        /// <summary>Adds a row and returns the place for its image, to be filled before the next row.</summary>
        public Span<byte> Add(ReadOnlySpan<int> labels)
        {
            _labels.Add(labels.ToArray());
            return _pixels.Add();
        }

        /// <summary>Closes the set.</summary>
        public TrainingSet Build(int classCount, bool multiLabel, IReadOnlyList<string>? names, double validationFraction, int seed)
        {
            var labels = multiLabel
                ? LabelSets.FromSets(_labels, classCount, names)
                : LabelSets.FromClasses([.. _labels.Select(l => l.Length == 0 ? -1 : l[0])], names);
            return new TrainingSet(shape, labels, _pixels, validationFraction, seed);
        }
    }
}
