namespace SSAH.MLNet.Evaluation.Tests.Metrics;

/// <summary>Random queries and databases whose codes say something about their labels.</summary>
internal static class RandomRetrieval
{
    public static BinaryCodes Codes(int bits, IReadOnlyList<int> classes, Random random, double noise = 0.3)
    {
        var codes = new BinaryCodes(bits);
        byte[] packed = new byte[codes.BytesPerCode];
        foreach (int label in classes)
        {
            Array.Clear(packed);
            var center = new Random(label + 1000);
            for (int bit = 0; bit < bits; bit++)
                if (center.Next(2) == 1 ^ random.NextDouble() < noise)
                    packed[bit / 8] |= (byte)(1 << (bit % 8));
            codes.Add(packed);
        }
        return codes;
    }

    public static int[] Classes(int count, int classes, Random random, bool unlabeled = false) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(unlabeled ? -1 : 0, classes))];

    public static LabelSets Sets(int count, int classes, Random random)
    {
        HashSet<int> Set() => [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => random.Next(classes))];
        return LabelSets.FromSets([.. Enumerable.Range(0, count).Select(_ => Set())], classes);
    }

    public static BinaryCodes Reorder(BinaryCodes codes, int[] order)
    {
        var result = new BinaryCodes(codes.Bits);
        byte[] packed = new byte[codes.BytesPerCode];
        foreach (int row in order)
        {
            codes.CopyPacked(row, packed);
            result.Add(packed);
        }
        return result;
    }
}
