using System.Numerics.Tensors;
using SSAH.MLNet.Features;

namespace SSAH.MLNet.Training.Frozen;

/// <summary>
/// A codeword of random signs for each class, improved bit by bit until the words are far from each other (as the centers of CSQ, Yuan et al., CVPR 2020,
/// which are Hadamard or random; here there may be more classes than bits).
/// </summary>
internal static class ClassWords
{
    private const int FlipsPerBit = 4;

    // Words that agree, or differ, in many more bits than half of them count most.
    private const double Sharpness = 4;

    /// <summary>[classes, bits] of -1 and 1.</summary>
    public static FeatureMatrix Draw(int classes, int bits, int seed, CancellationToken cancellation = default)
    {
        var random = new Random(seed);
        var words = new FeatureMatrix(classes, bits);
        for (int i = 0; i < words.Values.Length; i++)
            words.Values[i] = random.Next(2) == 0 ? -1 : 1;
        float[] kept = new float[classes], flipped = new float[classes];
        for (int trial = 0; trial < FlipsPerBit * classes * bits; trial++)
        {
            cancellation.ThrowIfCancellationRequested();
            int word = random.Next(classes), bit = random.Next(bits);
            for (int other = 0; other < classes; other++)
            {
                kept[other] = other == word ? 0 : TensorPrimitives.Dot<float>(words.Row(word), words.Row(other));
                flipped[other] = other == word ? 0 : kept[other] - 2 * words.Row(word)[bit] * words.Row(other)[bit];
            }
            if (Crowding(flipped) < Crowding(kept))
                words.Row(word)[bit] *= -1;
        }
        return words;
    }

    private static double Crowding(ReadOnlySpan<float> products)
    {
        double sum = 0;
        foreach (float product in products)
            sum += Math.Exp(Math.Abs(product) / Sharpness);
        return sum;
    }
}
