namespace SSAH.MLNet.Benchmarks;

/// <summary>Codes of ten classes like those of a trained network: most bits follow the class, so ties and mAP are realistic.</summary>
internal sealed class EvaluatorData
{
    private const int Classes = 10;
    private const double Flip = 0.25;

    public EvaluatorData(int queries, int rows, int bits)
    {
        var random = new Random(17);
        ulong[][] centers = [.. Enumerable.Range(0, Classes).Select(_ => Words(bits, random, 0.5, null))];
        (Queries, QueryClasses) = Draw(queries, bits, centers, random);
        (Database, DatabaseClasses) = Draw(rows, bits, centers, random);
    }

    public BinaryCodes Queries { get; }

    public int[] QueryClasses { get; }

    public BinaryCodes Database { get; }

    public int[] DatabaseClasses { get; }

    public HammingRetrievalMetrics Evaluate(RetrievalOptions options) => RetrievalEvaluation.Evaluate(
        Queries, LabelSets.FromClasses(QueryClasses), Database, LabelSets.FromClasses(DatabaseClasses), options);

    /// <summary>All codes as packed bytes, row after row.</summary>
    public static byte[] Packed(BinaryCodes codes)
    {
        byte[] packed = new byte[codes.Count * codes.BytesPerCode];
        for (int row = 0; row < codes.Count; row++)
            codes.CopyPacked(row, packed.AsSpan(row * codes.BytesPerCode));
        return packed;
    }

    private static (BinaryCodes Codes, int[] Classes) Draw(int count, int bits, ulong[][] centers, Random random)
    {
        var codes = new BinaryCodes(bits, count);
        int[] classes = new int[count];
        byte[] packed = new byte[codes.BytesPerCode];
        for (int row = 0; row < count; row++)
        {
            classes[row] = random.Next(Classes);
            Buffer.BlockCopy(Words(bits, random, Flip, centers[classes[row]]), 0, packed, 0, packed.Length);
            codes.Add(packed);
        }
        return (codes, classes);
    }

    private static ulong[] Words(int bits, Random random, double flip, ulong[]? center)
    {
        ulong[] words = center is null ? new ulong[(bits + 63) / 64] : [.. center];
        for (int bit = 0; bit < bits; bit++)
            if (random.NextDouble() < flip)
                words[bit / 64] ^= 1UL << (bit % 64);
        return words;
    }
}
