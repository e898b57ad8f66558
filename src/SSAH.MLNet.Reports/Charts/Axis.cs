using System.Globalization;

namespace SSAH.MLNet.Reports.Charts;

/// <summary>One axis: its range in data, its range in pixels, and round ticks between.</summary>
internal sealed class Axis
{
    private static readonly double[] s_factors = [1, 2, 5, 10];
    private readonly double _from;
    private readonly double _to;
    private readonly double _step;

    private Axis(double low, double high, double from, double to, double step) =>
        (Low, High, _from, _to, _step) = (low, high, from, to, step);

    public double Low { get; }

    public double High { get; }

    /// <summary>Exactly the given range; ticks lie inside it.</summary>
    public static Axis Exact(double low, double high, double from, double to, int ticks = 6, bool whole = false)
    {
        (low, high) = Widened(low, high);
        return new Axis(low, high, from, to, Step(high - low, ticks, whole));
    }

    /// <summary>The range widened to whole ticks.</summary>
    public static Axis Round(double low, double high, double from, double to, int ticks = 5)
    {
        (low, high) = Widened(low, high);
        double step = Step(high - low, ticks, whole: false);
        return new Axis(Math.Floor(low / step + 1e-9) * step, Math.Ceiling(high / step - 1e-9) * step, from, to, step);
    }

    /// <summary>The place of a value; values outside the range stay at its end.</summary>
    public double At(double value) => _from + (Math.Clamp(value, Low, High) - Low) / (High - Low) * (_to - _from);

    public IEnumerable<double> Ticks()
    {
        for (long i = (long)Math.Ceiling(Low / _step - 1e-9); i * _step <= High + _step * 1e-9; i++)
            yield return i * _step;
    }

    /// <summary>A tick's text with as many decimals as the step needs.</summary>
    public string Label(double tick)
    {
        int decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(_step) - 1e-9), 0, 9);
        string text = tick.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return text.TrimStart('-').All(c => c is '0' or '.') ? text.TrimStart('-') : text;
    }

    private static (double Low, double High) Widened(double low, double high)
    {
        Page.Markup.Finite(low, "an axis");
        Page.Markup.Finite(high, "an axis");
        if (high - low > Math.Max(Math.Abs(high), Math.Abs(low)) * 1e-9)
            return (low, high);
        double margin = Math.Max(Math.Abs(low) * 0.1, 0.5);
        return (low - margin, high + margin);
    }

    // The smallest of 1, 2, 5 x 10^n that makes no more steps than asked for.
    private static double Step(double range, int ticks, bool whole)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(range / ticks)));
        double step = power * s_factors.First(factor => range / (power * factor) <= ticks * (1 + 1e-9));
        return whole ? Math.Max(1, Math.Round(step)) : step;
    }
}
