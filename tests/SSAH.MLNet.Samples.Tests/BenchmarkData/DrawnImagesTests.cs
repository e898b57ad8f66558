using System.Numerics;
using SSAH.MLNet.BenchmarkData;

namespace SSAH.MLNet.Samples.Tests.BenchmarkData;

public class DrawnImagesTests
{
    [Fact]
    public void Same_seed_draws_the_same_images_and_another_seed_others()
    {
        var first = DrawnImages.Create(perClass: 5, seed: 3);
        var again = DrawnImages.Create(perClass: 5, seed: 3);
        var other = DrawnImages.Create(perClass: 5, seed: 4);
        Assert.Equal(50, first.Count);
        for (var i = 0; i < first.Count; i++)
        {
            Assert.Equal(first.PixelsOf(i), again.PixelsOf(i));
            Assert.False(first.PixelsOf(i).SequenceEqual(other.PixelsOf(i)));
        }
    }

    [Fact]
    public void Every_class_has_its_share_and_no_two_images_are_alike()
    {
        var images = DrawnImages.Create(perClass: 20, side: 16);
        var distinct = Enumerable.Range(0, images.Count).Select(i => Convert.ToBase64String(images.PixelsOf(i))).Distinct().Count();
        Assert.Equal(images.Count, distinct);
        for (var c = 0; c < 10; c++)
            Assert.Equal(20, Enumerable.Range(0, images.Count).Count(i => images.ClassOf(i) == c));
    }

    [Fact]
    public void Pixels_alone_do_not_tell_the_class()
    {
        // Leave-one-out nearest neighbor on raw pixels must stay far from perfect, or the images would be too easy for any hash.
        var images = DrawnImages.Create(perClass: 40);
        var right = 0;
        for (var i = 0; i < images.Count; i++)
        {
            var nearest = Enumerable.Range(0, images.Count).Where(j => j != i).MinBy(j => SquaredDistance(images, i, j));
            right += images.ClassOf(nearest) == images.ClassOf(i) ? 1 : 0;
        }

        Assert.InRange(right / (double)images.Count, 0.0, 0.5);
    }

    [Fact]
    public void Color_does_not_tell_the_class()
    {
        // Each image goes to the class with the nearest mean color of the other half: chance is 0.1.
        var images = DrawnImages.Create(perClass: 200);
        var colors = Enumerable.Range(0, images.Count).Select(i => MeanColor(images.PixelsOf(i))).ToArray();
        var half = images.Count / 2;
        var means = Enumerable.Range(0, 10).Select(c =>
            Mean([.. Enumerable.Range(0, half).Where(i => images.ClassOf(i) == c).Select(i => colors[i])])).ToArray();
        var right = Enumerable.Range(half, half).Count(i =>
            Enumerable.Range(0, 10).MinBy(c => Vector3.DistanceSquared(means[c], colors[i])) == images.ClassOf(i));
        Assert.InRange(right / (double)half, 0.0, 0.2);
    }

    private static Vector3 Mean(Vector3[] colors) => colors.Aggregate(Vector3.Zero, (sum, color) => sum + color) / colors.Length;

    private static Vector3 MeanColor(ReadOnlySpan<byte> rgb)
    {
        var sum = Vector3.Zero;
        for (var i = 0; i < rgb.Length; i += 3)
            sum += new Vector3(rgb[i], rgb[i + 1], rgb[i + 2]);
        return sum / (rgb.Length / 3);
    }

    private static long SquaredDistance(ImageSet images, int i, int j)
    {
        var a = images.PixelsOf(i);
        var b = images.PixelsOf(j);
        var sum = 0L;
        for (var k = 0; k < a.Length; k += 3)
            sum += (a[k] - b[k]) * (a[k] - b[k]);
        return sum;
    }
}
