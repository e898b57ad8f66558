namespace SSAH.MLNet;

/// <summary>
/// Which source pixels make up each target pixel of one axis, and with what weights: a triangle as wide as the scale, two pixels where the image
/// grows.
/// </summary>
internal sealed class AxisWeights
{
    private readonly int[] _first;
    private readonly float[][] _weights;

    private AxisWeights(int[] first, float[][] weights)
    {
        _first = first;
        _weights = weights;
        Start = first.Min();
        End = first.Zip(weights, (start, each) => start + each.Length).Max();
    }

    /// <summary>First source pixel that has any weight.</summary>
    public int Start { get; }

    /// <summary>One past the last source pixel that has any weight.</summary>
    public int End { get; }

    /// <summary>First source pixel of a target pixel.</summary>
    public int FirstOf(int target) => _first[target];

    /// <summary>The weights of a target pixel's source pixels; they add up to 1.</summary>
    public ReadOnlySpan<float> Of(int target) => _weights[target];

    /// <summary>The weights that lay the middle of an axis over a target.</summary>
    /// <param name="source">Pixels of the source, at least <c>target * scale</c>.</param>
    /// <param name="target">Pixels of the target.</param>
    /// <param name="scale">Source pixels to a target pixel.</param>
    public static AxisWeights Of(int source, int target, double scale) => Of(source, target, scale, (source - target * scale) / 2);

    /// <summary>The weights that lay a part of an axis over a target.</summary>
    /// <param name="source">Pixels of the source, at least <c>start + target * scale</c>.</param>
    /// <param name="target">Pixels of the target.</param>
    /// <param name="scale">Source pixels to a target pixel.</param>
    /// <param name="start">Where the part begins, in source pixels.</param>
    public static AxisWeights Of(int source, int target, double scale, double start)
    {
        double support = Math.Max(scale, 1);
        var first = new int[target];
        var weights = new float[target][];
        for (int i = 0; i < target; i++)
        {
            double center = start + (i + 0.5) * scale;
            int from = Math.Clamp((int)Math.Floor(center - support + 0.5), 0, source - 1);
            int to = Math.Clamp((int)Math.Floor(center + support + 0.5), from + 1, source);
            var each = new float[to - from];
            double sum = 0;
            for (int pixel = from; pixel < to; pixel++)
                sum += Triangle(pixel + 0.5 - center, support);
            for (int pixel = from; pixel < to; pixel++)
                each[pixel - from] = (float)(Triangle(pixel + 0.5 - center, support) / sum);
            (first[i], weights[i]) = (from, each);
        }
        return new AxisWeights(first, weights);
    }

    private static double Triangle(double distance, double support) => Math.Max(0, 1 - Math.Abs(distance) / support);
}
