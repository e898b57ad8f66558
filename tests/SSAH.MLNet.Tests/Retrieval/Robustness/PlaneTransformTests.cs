using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Robustness;
using SSAH.MLNet.Tests.Encoder;

namespace SSAH.MLNet.Tests.Retrieval.Robustness;

public sealed class PlaneTransformTests
{
    private static readonly PixelShape[] s_shapes = [new(3, 12, 10), new(1, 9, 16), new(3, 16, 16), new(1, 1, 1), new(3, 1, 7)];

    public static TheoryData<string> Identities => ["rotation", "full turn", "scale", "crop", "brightness", "blur"];

    [Theory]
    [MemberData(nameof(Identities))]
    public void What_changes_nothing_is_the_identity_to_the_bit(string which)
    {
        QueryView view = which switch
        {
            "rotation" => QueryView.Rotated(0),
            "full turn" => QueryView.Rotated(360),
            "scale" => QueryView.Scaled(1),
            "crop" => QueryView.Cropped(1),
            "brightness" => QueryView.Brightened(1),
            _ => QueryView.Blurred(0),
        };
        foreach (PixelShape shape in s_shapes)
            Assert.Equal(Image(shape), Apply(view, Image(shape), shape));
    }

    [Fact]
    public void Right_angles_of_a_square_are_the_encoder_s_poses()
    {
        var shape = new PixelShape(1, 13, 13);
        float[] image = Image(shape), posed = new float[shape.Size];
        foreach ((double degrees, ImagePose pose) in
            new[] { (90.0, ImagePose.Turned90), (180, ImagePose.Turned180), (270, ImagePose.Turned270), (-90, ImagePose.Turned270) })
        {
            pose.Apply(image, 13, posed);
            Assert.Equal(posed, Apply(QueryView.Rotated(degrees), image, shape));
        }
    }

    [Theory]
    [InlineData(12.5)]
    [InlineData(-30)]
    [InlineData(77)]
    public void Turning_commutes_with_right_angles_and_mirrors_its_sense_with_the_image(double degrees)
    {
        var shape = new PixelShape(1, 15, 15);
        float[] image = Image(shape), mirrored = new float[shape.Size], other = new float[shape.Size];
        Close(Apply(QueryView.Rotated(90), Apply(QueryView.Rotated(degrees), image, shape), shape),
            Apply(QueryView.Rotated(degrees), Apply(QueryView.Rotated(90), image, shape), shape));
        ImagePose.Mirrored.Apply(image, 15, mirrored);
        ImagePose.Mirrored.Apply(Apply(QueryView.Rotated(degrees), image, shape), 15, other);
        Close(other, Apply(QueryView.Rotated(-degrees), mirrored, shape));
    }

    [Fact]
    public void A_slope_turns_into_the_slope_that_geometry_says()
    {
        // Values that grow linearly are interpolated exactly, wherever no edge is repeated: the middle of a turned slope is known.
        var shape = new PixelShape(1, 41, 41);
        float[] slope = [.. Enumerable.Range(0, shape.Size).Select(i => i % 41 - 20 + 100f)];
        float[] turned = Apply(QueryView.Rotated(30), slope, shape);
        for (int y = -10; y <= 10; y++)
            for (int x = -10; x <= 10; x++)
                Assert.Equal(100 + x * Math.Cos(Math.PI / 6) + y * Math.Sin(Math.PI / 6), turned[(y + 20) * 41 + x + 20], 1e-4);
        float[] larger = Apply(QueryView.Scaled(2), slope, shape), part = Apply(QueryView.Cropped(0.5), slope, shape);
        Assert.Equal(105, larger[20 * 41 + 30], 1e-4);
        Assert.Equal(larger, part);
        // Half the size: the outer half repeats the edge.
        float[] smaller = Apply(QueryView.Scaled(0.5), slope, shape);
        Assert.Equal([80f, 80f, 80f, 82f, 100f, 120f, 120f], new[] { 0, 5, 10, 11, 20, 30, 40 }.Select(x => smaller[20 * 41 + x]));
    }

    [Fact]
    public void An_occluder_covers_exactly_its_square()
    {
        foreach (PixelShape shape in s_shapes.Append(new PixelShape(3, 32, 32)))
        {
            float[] image = Image(shape);
            var covered = new bool[shape.Height * shape.Width];
            foreach (QueryView view in QueryView.OfFamilies(QueryViewFamily.Occlusion))
            {
                float[] changed = Apply(view, image, shape);
                (int x0, int y0, int side) = ((OcclusionTransform)view.Transform).SquareIn(shape);
                for (int i = 0; i < changed.Length; i++)
                {
                    int x = i % shape.Width, y = i / shape.Width % shape.Height;
                    bool inside = x >= x0 && x < x0 + side && y >= y0 && y < y0 + side;
                    Assert.Equal(inside ? OcclusionTransform.Gray : image[i], changed[i]);
                    covered[y * shape.Width + x] |= inside;
                }
            }
            // Nine squares of three eighths leave no hole on a square image, and reach all its corners.
            if (shape.Height == shape.Width)
                Assert.DoesNotContain(false, covered);
        }
        Assert.Equal([(0, 0, 12), (10, 0, 12), (20, 0, 12), (0, 10, 12)], QueryView.OfFamilies(QueryViewFamily.Occlusion).Take(4)
            .Select(view => ((OcclusionTransform)view.Transform).SquareIn(new PixelShape(3, 32, 32))));
    }

    [Fact]
    public void Brightness_is_cut_off_as_a_camera_does() =>
        Assert.Equal([0f, 150f, 255f], Apply(QueryView.Brightened(1.5), [0, 100, 200], new PixelShape(3, 1, 1)));

    [Fact]
    public void Blur_is_the_two_dimensional_bell()
    {
        var shape = new PixelShape(3, 20, 24);
        float[] image = Image(shape), blurred = Apply(QueryView.Blurred(3.2), image, shape);
        // 3.2 of 64 pixels are one pixel of twenty. The naive sum over the plane, in double.
        for (int at = 0; at < image.Length; at += 7)
        {
            int channel = at / 480, y = at % 480 / 24, x = at % 24;
            double sum = 0, weights = 0;
            for (int dy = -3; dy <= 3; dy++)
                for (int dx = -3; dx <= 3; dx++)
                {
                    double weight = Math.Exp(-(dx * dx + dy * dy) / 2.0);
                    weights += weight;
                    sum += weight * image[channel * 480 + Math.Clamp(y + dy, 0, 19) * 24 + Math.Clamp(x + dx, 0, 23)];
                }
            Assert.Equal(sum / weights, blurred[at], 1e-3);
        }
    }

    [Fact]
    public void Lower_jpeg_quality_is_further_from_the_image_and_gray_stays_gray()
    {
        foreach (int channels in new[] { 1, 3 })
        {
            var shape = new PixelShape(channels, 40, 48);
            float[] image = [.. Enumerable.Range(0, shape.Size).Select(i => 128 + 100 * MathF.Sin(i % 48 / 5f) * MathF.Cos(i / 48 % 40 / 7f))];
            double[] errors = [.. new[] { 100, 50, 25, 10, 1 }.Select(quality => Distance(image, Apply(QueryView.Recompressed(quality), image, shape)))];
            Assert.Equal(errors.Order(), errors);
            Assert.InRange(errors[0], 0, 1);
            Assert.InRange(errors[3], 1, 60);
            Assert.True(errors[4] > 2 * errors[0]);
        }
    }

    [Fact]
    public void Every_default_view_changes_a_photo_but_the_upright_one_and_stays_in_range()
    {
        var shape = new PixelShape(3, 16, 16);
        float[] image = Image(shape);
        Assert.Equal((32, 81), (QueryView.Default.Count, QueryView.RotationsWithOcclusions.Count));
        Assert.Equal(81, QueryView.RotationsWithOcclusions.Select(view => view.Name).Distinct().Count());
        foreach (QueryView view in QueryView.Default.Concat(QueryView.RotationsWithOcclusions))
        {
            float[] changed = Apply(view, image, shape);
            Assert.All(changed, value => Assert.InRange(value, -1e-3f, 255.001f));
            Assert.Equal(view.Name == "rotated by 0 degrees", image.SequenceEqual(changed));
            Assert.Equal(changed, Apply(view, image, shape));
        }
    }

    [Fact]
    public void A_chain_turns_before_it_covers()
    {
        var shape = new PixelShape(3, 16, 16);
        float[] image = Image(shape);
        float[] byHand = Apply(QueryView.Occluded(0.5, 0), Apply(QueryView.Rotated(-30), image, shape), shape);
        Assert.Equal(byHand, Apply(QueryView.RotationsWithOcclusions[1], image, shape));
    }

    [Fact]
    public void Numbers_out_of_range_are_named()
    {
        Assert.Equal("degrees", Assert.Throws<ArgumentOutOfRangeException>(() => QueryView.Rotated(double.NaN)).ParamName);
        Assert.Equal("side", Assert.Throws<ArgumentOutOfRangeException>(() => QueryView.Occluded(0, 0, 1.1)).ParamName);
        Assert.Equal("left", Assert.Throws<ArgumentOutOfRangeException>(() => QueryView.Occluded(-0.1, 0)).ParamName);
        Assert.Equal("factor", Assert.Throws<ArgumentOutOfRangeException>(() => QueryView.Scaled(0)).ParamName);
        Assert.Equal("share", Assert.Throws<ArgumentOutOfRangeException>(() => QueryView.Cropped(1.5)).ParamName);
        Assert.Equal("factor", Assert.Throws<ArgumentOutOfRangeException>(() => QueryView.Brightened(-1)).ParamName);
        Assert.Equal("sigma", Assert.Throws<ArgumentOutOfRangeException>(() => QueryView.Blurred(33)).ParamName);
        Assert.Equal("quality", Assert.Throws<ArgumentOutOfRangeException>(() => QueryView.Recompressed(0)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => QueryView.OfFamilies((QueryViewFamily)99));
    }

    private static float[] Image(PixelShape shape) => TestHashModels.Flatten(TestHashModels.Images(1, shape));

    private static float[] Apply(QueryView view, float[] image, PixelShape shape)
    {
        // What lies in the target before is no part of the view.
        float[] target = [.. Enumerable.Repeat(float.NaN, shape.Size)];
        view.Transform.Apply(image, shape, target);
        return target;
    }

    private static void Close(float[] expected, float[] actual) => Assert.InRange(Distance(expected, actual), 0, 1e-3);

    private static double Distance(float[] left, float[] right) => left.Zip(right, (a, b) => Math.Abs(a - b)).Average();
}
