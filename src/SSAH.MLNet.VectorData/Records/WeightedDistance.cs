namespace SSAH.MLNet.VectorData.Records;

/// <summary>
/// The Hamming distance in which each bit weighs as much as the query is sure of it: the magnitude of the activation behind it, over their mean. The order is
/// that of the inner product of the query's activations with the codes as -1 and 1.
/// </summary>
internal sealed class WeightedDistance
{
    private readonly float[] _weights;
    private readonly byte[] _code;

    public WeightedDistance(float[] activations, byte[] code)
    {
        double mean = activations.Average(value => Math.Abs((double)value));
        _weights = [.. activations.Select(value => mean > 0 ? (float)(Math.Abs((double)value) / mean) : 1)];
        _code = code;
    }

    /// <summary>The distance of a packed code from the query, 0 to the number of bits.</summary>
    public double To(byte[] code)
    {
        double sum = 0;
        for (int i = 0; i < code.Length; i++)
            for (int differs = code[i] ^ _code[i]; differs != 0; differs &= differs - 1)
                sum += _weights[(i * 8) + System.Numerics.BitOperations.TrailingZeroCount(differs)];
        return sum;
    }
}
