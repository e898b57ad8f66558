using SSAH.MLNet.Duplicates;

namespace SSAH.MLNet.Tests.Duplicates;

public sealed class SecondLookTests
{
    [Fact]
    public void Correlation_with_a_rising_curve_is_that_of_the_definition()
    {
        var random = new Random(1);
        for (int trial = 0; trial < 50; trial++)
        {
            int levels = random.Next(2, 40);
            float[] from = [.. Enumerable.Range(0, 300).Select(_ => (float)(random.Next(levels) * 6))];
            float[] to = [.. from.Select(value => (float)(value * (trial % 3) * 0.5 + random.Next(100)))];
            Assert.Equal(Math.Pow(Defined(from, to), 2), Math.Pow(ToneCurve.Correlation(from, to), 2), 1e-9);
        }
    }

    [Fact]
    public void Brightness_and_clipping_change_nothing_and_another_color_does()
    {
        float[] image = [.. Enumerable.Range(0, 3072).Select(i => (float)(i * 37 % 256))];
        Assert.Equal(1, ToneCurve.Correlation(image, [.. image.Select(value => Math.Min(255, value * 1.2f + 20))]), 1e-6);
        Assert.Equal(1, ToneCurve.Correlation(image, [.. image.Select(value => MathF.Pow(value / 255, 2.2f) * 255)]), 1e-6);
        Assert.InRange(ToneCurve.Correlation(image, [.. image.Select(value => 255 - value)]), 0, 0.01);
        Assert.Equal(0, ToneCurve.Correlation(image, [.. image.Select(_ => 40f)]));
        // Red becomes blue: no one curve for all colors does that.
        float[] red = [.. Enumerable.Range(0, 3072).Select(i => i < 1024 && i % 32 < 16 ? 255f : 0f)],
            blue = [.. red[2048..], .. red[1024..2048], .. red[..1024]];
        Assert.InRange(ToneCurve.Correlation(red, blue), 0, 0.9);
    }

    [Fact]
    public void The_part_that_an_image_shows_is_found()
    {
        var random = new Random(2);
        for (int trial = 0; trial < 20; trial++)
        {
            float[] whole = Smooth(random), part = new float[whole.Length];
            double width = 0.82 + 0.15 * random.NextDouble(), height = 0.82 + 0.15 * random.NextDouble();
            var truth = new ImagePart(random.NextDouble() * (1 - width), random.NextDouble() * (1 - height), width, height);
            CropAlignment.Sample(whole, truth, part);
            for (int i = 0; i < part.Length; i++)
                part[i] = 0.8f * part[i] + 30;
            var guess = new ImagePart(Math.Clamp(truth.X + 0.03 * (random.NextDouble() - 0.5), 0, 0.1),
                Math.Clamp(truth.Y + 0.03 * (random.NextDouble() - 0.5), 0, 0.1), 0.9, 0.9);
            ImagePart found = CropAlignment.Find(whole, part, guess);
            double[] errors = [found.X - truth.X, found.Y - truth.Y, found.Width - truth.Width, found.Height - truth.Height];
            Assert.All(errors, error => Assert.InRange(error, -0.01, 0.01));
        }
    }

    [Fact]
    public void A_coarse_copy_is_what_scaling_down_and_up_gives()
    {
        var random = new Random(3);
        float[] planes = [.. Enumerable.Range(0, 3072).Select(_ => (float)random.Next(256))], kept = [.. planes];
        Blurring.Coarsen(planes, 32, 40);
        Assert.Equal(kept, planes);
        Blurring.Coarsen(planes, 1, 1);
        for (int channel = 0; channel < 3; channel++)
            Assert.InRange(planes.AsSpan(channel * 1024, 1024).ToArray().Max() - planes.AsSpan(channel * 1024, 1024).ToArray().Min(), 0, 1e-3);
        planes = [.. kept];
        Blurring.Coarsen(planes, 8, 32);
        // Every row is made of eight values and what lies between them, of the same mean.
        for (int row = 0; row < 96; row++)
            Assert.InRange(planes.AsSpan(row * 32, 32).ToArray().Average() - kept.AsSpan(row * 32, 32).ToArray().Average(), -12, 12);
    }

    // A sum of a few waves: an image that has slopes everywhere.
    private static float[] Smooth(Random random)
    {
        var waves = Enumerable.Range(0, 8).Select(_ =>
            (Down: random.NextDouble() * 4, Across: random.NextDouble() * 4, Phase: random.NextDouble() * 6)).ToArray();
        return [.. Enumerable.Range(0, 1024).Select(i =>
            (float)(128 + waves.Sum(wave => 14 * Math.Sin(2 * Math.PI * (wave.Down * (i / 32) + wave.Across * (i % 32)) / 32 + wave.Phase))))];
    }

    // Isotonic regression by its min-max formula, on the levels' means.
    private static double Defined(float[] from, float[] to)
    {
        double[][] byLevel = [.. from.Zip(to).GroupBy(each => each.First).OrderBy(level => level.Key).Select(level =>
            level.Select(each => (double)each.Second).ToArray())];
        double missed = 0;
        for (int level = 0; level < byLevel.Length; level++)
        {
            double fit = Enumerable.Range(0, level + 1).Max(low =>
                Enumerable.Range(level, byLevel.Length - level).Min(high => byLevel[low..(high + 1)].SelectMany(values => values).Average()));
            missed += byLevel[level].Sum(value => (value - fit) * (value - fit));
        }
        double mean = to.Average(), around = to.Sum(value => (value - mean) * (value - mean));
        return Math.Sqrt(Math.Max(0, 1 - missed / around));
    }
}
