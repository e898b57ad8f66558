namespace SSAH.MLNet.Tests.Perceptual;

/// <summary>Perceptual hashes written down as they are defined, in plain loops.</summary>
internal static class NaivePerceptualHash
{
    public static double[] Activations(PerceptualHashKind kind, int bits, float[] pixels, int side)
    {
        var gray = new double[side, side];
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++)
                gray[y, x] = 0.299 * pixels[y * side + x] + 0.587 * pixels[(side + y) * side + x] + 0.114 * pixels[(2 * side + y) * side + x];
        double[] numbers = kind == PerceptualHashKind.Dct ? Frequencies(gray, bits) : Differences(gray, (int)Math.Sqrt(bits));
        double least = kind == PerceptualHashKind.Dct ? side : 0.5 * Math.Sqrt(bits);
        double length = Math.Max(least, Math.Sqrt(numbers.Sum(number => number * number)));
        double offset = (kind == PerceptualHashKind.Dct ? 0.05 : 0.1) / Math.Sqrt(bits);
        return [.. numbers.Select(number => number / length - offset)];
    }

    private static double[] Frequencies(double[,] gray, int bits)
    {
        var numbers = new List<double>();
        // Along each diagonal from both ends to the middle.
        for (int sum = 1; numbers.Count < bits; sum++)
            for (int small = 0; 2 * small <= sum; small++)
            {
                numbers.Add(Frequency(gray, small, sum - small));
                if (sum != 2 * small)
                    numbers.Add(Frequency(gray, sum - small, small));
            }
        return [.. numbers.Take(bits)];
    }

    private static double Frequency(double[,] gray, int down, int across)
    {
        int side = gray.GetLength(0);
        double sum = 0;
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++)
                sum += gray[y, x] * Math.Cos(Math.PI * down * (y + 0.5) / side) * Math.Cos(Math.PI * across * (x + 0.5) / side);
        return sum * (down == 0 ? 1 : Math.Sqrt(2)) * (across == 0 ? 1 : Math.Sqrt(2)) / side;
    }

    private static double[] Differences(double[,] gray, int cells)
    {
        var numbers = new List<double>();
        for (int row = 0; row < cells; row++)
            for (int column = 0; column < cells; column++)
                numbers.Add(Mean(gray, row, cells, column + 1, cells + 1) - Mean(gray, row, cells, column, cells + 1));
        return [.. numbers];
    }

    private static double Mean(double[,] gray, int row, int rows, int column, int columns)
    {
        int side = gray.GetLength(0);
        double sum = 0, area = 0;
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++)
            {
                double high = Overlap(y, row, rows, side), wide = Overlap(x, column, columns, side);
                sum += gray[y, x] * high * wide;
                area += high * wide;
            }
        return sum / area;
    }

    private static double Overlap(int pixel, int cell, int cells, int side)
    {
        double from = Math.Max(pixel, (double)cell * side / cells), to = Math.Min(pixel + 1, (double)(cell + 1) * side / cells);
        return Math.Max(0, to - from);
    }
}
