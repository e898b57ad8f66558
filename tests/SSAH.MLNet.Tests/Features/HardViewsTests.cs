using SSAH.MLNet.Features;

namespace SSAH.MLNet.Tests.Features;

public sealed class HardViewsTests
{
    private static readonly PixelShape s_shape = new(3, 24, 32);
    private static readonly HardViews s_views = new(5, 30, 0.2);

    private static float[] Draw(HardViews views, UInt128 image, int view, float[]? planes = null)
    {
        float[] target = new float[s_shape.Size];
        views.Write(planes ?? Picture(1), s_shape, views.KeyOf(image, view), view, target);
        return target;
    }

    private static float[] Picture(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, s_shape.Size).Select(_ => (float)random.Next(100))];
    }

    [Fact]
    public void The_first_view_is_the_mirror_image_and_mirroring_it_gives_the_image()
    {
        float[] image = Picture(1), mirrored = Draw(s_views, 5, 0, image);
        Assert.NotEqual(image, mirrored);
        Assert.Equal(image[0], mirrored[31]);
        Assert.Equal(image, Draw(s_views, 5, 0, mirrored));
    }

    [Fact]
    public void The_same_image_has_the_same_views_and_another_has_others()
    {
        for (int view = 1; view < s_views.Count; view++)
        {
            Assert.Equal(Draw(s_views, 5, view), Draw(s_views, 5, view));
            Assert.NotEqual(Draw(s_views, 5, view), Draw(s_views, 6, view));
        }
        Assert.Equal(s_views.Count, Enumerable.Range(0, s_views.Count).Select(view => s_views.KeyOf(5, view)).Distinct().Count());
    }

    [Fact]
    public void A_key_tells_what_a_view_depends_on_and_nothing_else()
    {
        Assert.Equal(s_views.KeyOf(5, 2), (s_views with { Count = 3 }).KeyOf(5, 2));
        Assert.NotEqual(s_views.KeyOf(5, 2), (s_views with { MaxDegrees = 31 }).KeyOf(5, 2));
        Assert.NotEqual(s_views.KeyOf(5, 2), (s_views with { MaxArea = 0.3 }).KeyOf(5, 2));
        Assert.NotEqual(s_views.KeyOf(5, 2), (s_views with { Mirrors = false }).KeyOf(5, 2));
        // A mirror image is one whatever the hard samples are.
        Assert.Equal(s_views.KeyOf(5, 0), (s_views with { MaxDegrees = 31, MaxArea = 0.3 }).KeyOf(5, 0));
    }

    [Theory]
    [InlineData(1, 0.075, 0.15)]
    [InlineData(3, 0.1, 0.2)]
    public void A_hard_sample_is_covered_by_gray_as_far_as_its_level_allows(int view, double low, double high)
    {
        // Values of the picture stay below the gray of the square.
        for (int image = 0; image < 30; image++)
        {
            int gray = Draw(s_views, (UInt128)image, view).Count(value => value == 128);
            // The square's side is a share of the shorter side, and is rounded.
            double share = gray / 3.0 / (24 * 24);
            Assert.InRange(share, low - 0.03, high + 0.03);
        }
    }

    [Fact]
    public void Without_angle_and_area_hard_samples_are_the_image_or_its_mirror_image()
    {
        var still = new HardViews(3, 0, 0);
        Assert.Equal(Draw(still, 5, 0), Draw(still, 5, 1));
        Assert.Equal(Picture(1), Draw(still, 5, 2));
        var upright = still with { Mirrors = false };
        Assert.All(Enumerable.Range(0, 3), view => Assert.Equal(Picture(1), Draw(upright, 5, view)));
    }
}
