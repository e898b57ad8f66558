using CsCheck;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Tests.Labeling;

/// <summary>Codes in clusters, as images of a few kinds have them.</summary>
internal static class DrawnCodes
{
    public const int Bits = 70;

    /// <summary>Codes at random, and labels of some: none, one or two of three.</summary>
    public static Gen<(BinaryCodes Codes, IReadOnlyList<string>[] Labels)> Any { get; } = Gen.Select(Gen.Int[1, 60],
        Gen.Int[0, 1_000_000]).Select((count, seed) =>
    {
        var random = new Random(seed);
        int[] sizes = [.. Enumerable.Range(0, 1 + random.Next(5)).Select(_ => 1 + count / 3)];
        BinaryCodes codes = Clusters(sizes, noise: random.Next(20), seed).Slice(0, count);
        string[][] choices = [[], [], ["a"], ["b"], ["a", "c"], ["c"]];
        return (codes, Enumerable.Range(0, count).Select(_ => (IReadOnlyList<string>)choices[random.Next(choices.Length)]).ToArray());
    });

    /// <summary>Clusters one after the other: codes that differ from the middle of their cluster in some bits.</summary>
    public static BinaryCodes Clusters(IReadOnlyList<int> sizes, int noise, int seed)
    {
        var random = new Random(seed);
        // One more, so that there are enough to cut from.
        var codes = new BinaryCodes(Bits);
        foreach (int size in sizes.Append(sizes.Count == 0 ? 0 : 60))
        {
            double[] middle = [.. Enumerable.Range(0, Bits).Select(_ => random.NextDouble() - 0.5)];
            for (int i = 0; i < size; i++)
            {
                float[] activations = [.. middle.Select(each => (float)each)];
                for (int flip = 0; flip < noise; flip++)
                    activations[random.Next(Bits)] *= -1;
                codes.AddActivations(activations);
            }
        }
        return codes;
    }
}
