namespace SSAH.MLNet.Duplicates;

/// <summary>
/// Finds which part of an image another one shows, from a first guess: Gauss-Newton on position, size, gain and offset (Lucas and Kanade 1981), on
/// thumbnails in gray.
/// </summary>
internal static class CropAlignment
{
    private const int Side = ImageSignature.Side, Steps = 8, Unknowns = 6;
    private const double LeastShare = 0.7, Slack = 0.02, LongestStep = 0.05, Settled = 5e-4, Damping = 1e-3;

    /// <summary>Finds the part.</summary>
    /// <param name="whole">Gray plane of the image that shows all.</param>
    /// <param name="part">Gray plane of the other.</param>
    /// <param name="guess">Where to begin.</param>
    public static ImagePart Find(ReadOnlySpan<float> whole, ReadOnlySpan<float> part, ImagePart guess)
    {
        Span<float> shown = stackalloc float[ImageSignature.Plane];
        Span<double> moves = stackalloc double[4];
        double[,] equations = new double[Unknowns, Unknowns + 1];
        (ImagePart current, ImagePart best, double least) = (guess, guess, double.MaxValue);
        for (int step = 0; ; step++)
        {
            Sample(whole, current, shown);
            double missed = Accumulate(shown, part, current, equations);
            if (missed < least)
                (best, least) = (current, missed);
            if (step == Steps || !Solve(equations))
                return best;
            for (int i = 0; i < moves.Length; i++)
                moves[i] = Math.Clamp(equations[i, Unknowns], -LongestStep, LongestStep);
            double width = Math.Clamp(current.Width + moves[2], LeastShare, 1 + Slack), height = Math.Clamp(current.Height + moves[3], LeastShare, 1 + Slack);
            double x = Math.Clamp(current.X + moves[0], -Slack, 1 + Slack - width), y = Math.Clamp(current.Y + moves[1], -Slack, 1 + Slack - height);
            current = new(x, y, width, height);
            if (Math.Max(Math.Max(Math.Abs(moves[0]), Math.Abs(moves[1])), Math.Max(Math.Abs(moves[2]), Math.Abs(moves[3]))) < Settled)
                return best;
        }
    }

    /// <summary>What a part of a plane shows, blown up to a plane.</summary>
    public static void Sample(ReadOnlySpan<float> plane, ImagePart part, Span<float> shown)
    {
        for (int y = 0, at = 0; y < Side; y++)
        {
            (int top, int bottom, float down) = Between(part.Y + part.Height * (y + 0.5) / Side);
            for (int x = 0; x < Side; x++, at++)
            {
                (int left, int right, float across) = Between(part.X + part.Width * (x + 0.5) / Side);
                float above = plane[top * Side + left] + across * (plane[top * Side + right] - plane[top * Side + left]);
                float below = plane[bottom * Side + left] + across * (plane[bottom * Side + right] - plane[bottom * Side + left]);
                shown[at] = above + down * (below - above);
            }
        }
    }

    private static (int First, int Second, float Share) Between(double place)
    {
        double at = Math.Clamp(place * Side - 0.5, 0, Side - 1);
        int first = (int)at;
        return (first, Math.Min(first + 1, Side - 1), (float)(at - first));
    }

    // Normal equations of what is left when part = gain * shown + offset; gives the sum of its squares with the best gain and offset.
    private static double Accumulate(ReadOnlySpan<float> shown, ReadOnlySpan<float> part, ImagePart at, double[,] equations)
    {
        (double gain, double offset, double missed) = Line(shown, part);
        Array.Clear(equations);
        Span<double> slopes = stackalloc double[Unknowns];
        for (int y = 1; y < Side - 1; y++)
            for (int x = 1; x < Side - 1; x++)
            {
                int i = y * Side + x;
                double across = gain * (shown[i + 1] - shown[i - 1]) / 2 * Side / at.Width;
                double down = gain * (shown[i + Side] - shown[i - Side]) / 2 * Side / at.Height;
                (slopes[0], slopes[1], slopes[2], slopes[3]) = (across, down, across * (x + 0.5) / Side, down * (y + 0.5) / Side);
                (slopes[4], slopes[5]) = (shown[i], 1);
                double left = part[i] - gain * shown[i] - offset;
                for (int row = 0; row < Unknowns; row++)
                {
                    for (int column = row; column < Unknowns; column++)
                        equations[row, column] += slopes[row] * slopes[column];
                    equations[row, Unknowns] += slopes[row] * left;
                }
            }
        for (int row = 0; row < Unknowns; row++)
        {
            for (int column = 0; column < row; column++)
                equations[row, column] = equations[column, row];
            equations[row, row] *= 1 + Damping;
        }
        return missed;
    }

    private static (double Gain, double Offset, double Missed) Line(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sumX = 0, sumY = 0, xx = 0, xy = 0, yy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sumX += x[i];
            sumY += y[i];
            xx += (double)x[i] * x[i];
            xy += (double)x[i] * y[i];
            yy += (double)y[i] * y[i];
        }
        double aroundX = xx - sumX * sumX / x.Length, together = xy - sumX * sumY / x.Length, aroundY = yy - sumY * sumY / x.Length;
        double gain = aroundX > 0 ? together / aroundX : 0;
        return (gain, (sumY - gain * sumX) / x.Length, aroundY - gain * together);
    }

    // Elimination with the largest pivot; the solution stands in the last column.
    private static bool Solve(double[,] equations)
    {
        for (int column = 0; column < Unknowns; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < Unknowns; row++)
                if (Math.Abs(equations[row, column]) > Math.Abs(equations[pivot, column]))
                    pivot = row;
            if (Math.Abs(equations[pivot, column]) < 1e-9)
                return false;
            for (int i = 0; i <= Unknowns; i++)
                (equations[column, i], equations[pivot, i]) = (equations[pivot, i], equations[column, i]);
            for (int row = 0; row < Unknowns; row++)
            {
                if (row == column)
                    continue;
                double factor = equations[row, column] / equations[column, column];
                for (int i = column; i <= Unknowns; i++)
                    equations[row, i] -= factor * equations[column, i];
            }
        }
        for (int row = 0; row < Unknowns; row++)
            equations[row, Unknowns] /= equations[row, row];
        return true;
    }
}
