namespace SSAH.MLNet.Evaluation;

/// <summary>How many activations are so near zero that their bit may differ between runtimes.</summary>
/// <param name="Near">Activations with |u| below 0.1.</param>
/// <param name="All">All activations.</param>
internal readonly record struct NearZeroCount(long Near, long All)
{
    private const float NearZero = 0.1f;

    /// <summary>The share of the near ones, or null if there are no activations.</summary>
    public double? Share => All == 0 ? null : (double)Near / All;

    public static NearZeroCount operator +(NearZeroCount left, NearZeroCount right) => new(left.Near + right.Near, left.All + right.All);

    public static NearZeroCount Of(ReadOnlySpan<float> activations)
    {
        long near = 0;
        foreach (float u in activations)
            near += Math.Abs(u) < NearZero ? 1 : 0;
        return new NearZeroCount(near, activations.Length);
    }
}
