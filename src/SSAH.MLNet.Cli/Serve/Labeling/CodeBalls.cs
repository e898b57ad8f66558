using System.Numerics;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Serve.Labeling;

/// <summary>Which images look alike: in the ball around an image are those whose codes differ from its own in at most <see cref="Radius"/> bits.</summary>
internal sealed class CodeBalls
{
    // A ball has about this share of all images: few enough to be of one kind, enough to be worth a label.
    private const int ImagesForEachInBall = 50, LeastInBall = 4, Sampled = 256;

    private readonly ulong[] _bits;
    private readonly int _words;

    private CodeBalls(BinaryCodes codes, int radius)
    {
        (Count, Radius) = (codes.Count, radius);
        _words = (Count + 63) / 64;
        _bits = new ulong[(long)Count * _words];
        for (int row = 0; row < Count; row++)
            for (int other = row; other < Count; other++)
                if (Distance(codes, row, other) <= radius)
                {
                    _bits[row * _words + other / 64] |= 1UL << other;
                    _bits[other * _words + row / 64] |= 1UL << row;
                }
    }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>The largest distance within a ball, in bits.</summary>
    public int Radius { get; }

    /// <summary>The balls around images, as large as the images lie dense.</summary>
    public static CodeBalls Of(BinaryCodes codes) => new(codes, RadiusFor(codes));

    /// <summary>The balls of a radius.</summary>
    public static CodeBalls Of(BinaryCodes codes, int radius) => new(codes, radius);

    /// <summary>Number of bits in which two codes differ.</summary>
    public static int Distance(BinaryCodes codes, int first, int second)
    {
        ReadOnlySpan<ulong> left = codes[first], right = codes[second];
        int distance = 0;
        for (int word = 0; word < left.Length; word++)
            distance += BitOperations.PopCount(left[word] ^ right[word]);
        return distance;
    }

    /// <summary>Whether an image is in the ball around another one; each is in its own.</summary>
    public bool Contains(int row, int other) => (_bits[row * _words + other / 64] >> other & 1) != 0;

    /// <summary>The images in the ball around one.</summary>
    public IEnumerable<int> Around(int row)
    {
        for (int word = 0; word < _words; word++)
            for (ulong left = _bits[row * _words + word]; left != 0; left &= left - 1)
                yield return word * 64 + BitOperations.TrailingZeroCount(left);
    }

    // The median over images of the distance to the neighbor that is the last in a ball of the wanted size.
    private static int RadiusFor(BinaryCodes codes)
    {
        int count = codes.Count, rank = Math.Min(Math.Max(LeastInBall, count / ImagesForEachInBall), count - 1);
        if (rank < 1)
            return 0;
        int step = Math.Max(1, count / Sampled);
        var radii = new List<int>();
        var distances = new int[count];
        for (int row = 0; row < count; row += step)
        {
            for (int other = 0; other < count; other++)
                distances[other] = Distance(codes, row, other);
            Array.Sort(distances);
            radii.Add(distances[rank]);
        }
        radii.Sort();
        return radii[radii.Count / 2];
    }
}
