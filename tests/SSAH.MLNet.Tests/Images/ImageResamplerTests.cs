using System.Drawing;
using SkiaSharp;

namespace SSAH.MLNet.Tests.Images;

public sealed class ImageResamplerTests
{
    private static readonly ImageReadingOptions s_plain = new();

    [Fact]
    public void An_image_of_the_targets_size_keeps_its_bytes()
    {
        var random = new Random(1);
        foreach ((int width, int height) in new[] { (1, 1), (32, 32), (33, 7), (224, 224) })
        {
            byte[] rgba = Noise(random, width, height);
            byte[] rgb = Resample(rgba, width, height, width, height);
            for (int pixel = 0; pixel < width * height; pixel++)
                Assert.Equal(rgba.AsSpan(pixel * 4, 3), rgb.AsSpan(pixel * 3, 3));
        }
    }

    [Theory]
    [InlineData(32)]
    [InlineData(224)]
    public void No_source_size_leaves_an_edge(int side)
    {
        for (int width = 1; width < 700; width += side == 32 && width < 130 ? 1 : 13)
            for (int height = width / 3 + 1; height < 700; height += 97)
            {
                byte[] white = new byte[width * height * 4];
                white.AsSpan().Fill(255);
                Assert.Equal(-1, Resample(white, width, height, side, side).AsSpan().IndexOfAnyExcept((byte)255));
            }
    }

    [Theory]
    [InlineData(ImageResizing.Cover)]
    [InlineData(ImageResizing.Stretch)]
    public void Pixels_are_those_of_the_definition(ImageResizing resizing)
    {
        var random = new Random(2);
        foreach ((int width, int height, int toWidth, int toHeight) in new[] { (37, 29, 12, 10), (29, 37, 12, 10), (5, 4, 12, 10), (100, 9, 16, 16),
            (9, 200, 20, 7), (64, 64, 31, 33) })
        {
            byte[] rgba = Noise(random, width, height);
            byte[] rgb = Resample(rgba, width, height, toWidth, toHeight, resizing);
            for (int y = 0; y < toHeight; y++)
                for (int x = 0; x < toWidth; x++)
                    for (int color = 0; color < 3; color++)
                        Assert.InRange(rgb[(y * toWidth + x) * 3 + color] - Defined(rgba, width, height, toWidth, toHeight, resizing, x, y, color),
                            -0.51, 0.51);
        }
    }

    [Fact]
    public void The_middle_is_kept()
    {
        byte[] png = DrawnFiles.Draw(SKEncodedImageFormat.Png, 90, 30, (x, _) => x is >= 30 and < 60 ? SKColors.Lime : SKColors.Red);
        var rgb = new byte[300];
        Assert.Null(new ImageReader(10, 10, s_plain).Read(png, rgb));
        for (int pixel = 0; pixel < 100; pixel++)
            if (pixel % 10 is not (0 or 9))
                Assert.Equal([0, 255, 0], rgb[(pixel * 3)..(pixel * 3 + 3)]);
    }

    // One pixel black, one white: anything but an even gray is a pattern that the image does not have.
    [Theory]
    [InlineData(SKEncodedImageFormat.Png, 800, 600)]
    [InlineData(SKEncodedImageFormat.Jpeg, 800, 600)]
    [InlineData(SKEncodedImageFormat.Jpeg, 517, 643)]
    public void Fine_patterns_become_gray(SKEncodedImageFormat format, int width, int height)
    {
        foreach (Func<int, int, int> pattern in new Func<int, int, int>[] { (x, y) => (x + y) % 2, (x, _) => x % 2, (_, y) => y % 2 })
        {
            byte[] encoded = DrawnFiles.Draw(format, width, height, (x, y) => pattern(x, y) == 0 ? SKColors.Black : SKColors.White);
            foreach (int side in new[] { 32, 60, 224 })
            {
                var rgb = new byte[side * side * 3];
                Assert.Null(new ImageReader(side, side, s_plain).Read(encoded, rgb));
                Assert.InRange(rgb.Max() - rgb.Min(), 0, 26);
                Assert.InRange(rgb.Average(value => value), 125, 130);
            }
        }
    }

    // Sides of 65 to 1039 pixels, most of them no multiple of 8: the JPEG decoder shrinks by 1, 2, 4 and 8.
    [Theory]
    [InlineData(2048)]
    [InlineData(2049)]
    public void Images_around_the_size_from_which_memory_is_native_are_read_whole(int side)
    {
        byte[] png = DrawnFiles.Draw(SKEncodedImageFormat.Png, side, side, (x, y) => new SKColor((byte)(x * 256 / side), (byte)(y * 256 / side), 77));
        byte[] rgb = new byte[8 * 8 * 3];
        Assert.Null(new ImageReader(8, 8, s_plain).Read(png, rgb));
        // Each of 8 x 8 fields has the mean of its gradient but for the edges, where the triangle is cut.
        foreach ((int x, int y) in (ReadOnlySpan<(int, int)>)[(1, 1), (6, 1), (1, 6), (6, 6), (3, 4)])
        {
            Assert.InRange(rgb[(y * 8 + x) * 3], 32 * x + 13, 32 * x + 18);
            Assert.InRange(rgb[(y * 8 + x) * 3 + 1], 32 * y + 13, 32 * y + 18);
            Assert.Equal(77, rgb[(y * 8 + x) * 3 + 2]);
        }
    }

    [Fact]
    public void Shrinking_in_the_decoder_gives_the_image_of_a_full_decode()
    {
        for (int side = 65; side < 1100; side = side * 2 - 1)
        {
            SKColor At(int x, int y) => new((byte)(128 + 100 * Math.Sin(9.0 * x / side)), (byte)(128 + 100 * Math.Cos(7.0 * y / side)),
                (byte)(255 * (x + y) / (2 * side)));
            var shrunk = new byte[64 * 64 * 3];
            var whole = new byte[64 * 64 * 3];
            Assert.Null(new ImageReader(64, 64, s_plain).Read(DrawnFiles.Draw(SKEncodedImageFormat.Jpeg, side, side, At), shrunk));
            Assert.Null(new ImageReader(64, 64, s_plain).Read(DrawnFiles.Draw(SKEncodedImageFormat.Png, side, side, At), whole));
            Assert.InRange(shrunk.Zip(whole, (a, b) => Math.Abs(a - b)).Max(), 0, 8);
        }
    }

    private static byte[] Resample(byte[] rgba, int width, int height, int toWidth, int toHeight, ImageResizing resizing = ImageResizing.Cover)
    {
        var rgb = new byte[toWidth * toHeight * 3];
        ImageResampler.Resample(new DecodedPixels(rgba, width, width, height, true),
            PixelPlacement.Of(SKEncodedOrigin.TopLeft, toWidth, toHeight, true), resizing, Color.White, rgb);
        return rgb;
    }

    private static double Defined(byte[] rgba, int width, int height, int toWidth, int toHeight, ImageResizing resizing, int x, int y, int color)
    {
        double scaleX = (double)width / toWidth, scaleY = (double)height / toHeight;
        if (resizing == ImageResizing.Cover)
            scaleX = scaleY = Math.Min(scaleX, scaleY);
        double supportX = Math.Max(1, scaleX), supportY = Math.Max(1, scaleY);
        double centerX = (width - toWidth * scaleX) / 2 + (x + 0.5) * scaleX, centerY = (height - toHeight * scaleY) / 2 + (y + 0.5) * scaleY;
        double sum = 0, weights = 0;
        for (int sourceY = 0; sourceY < height; sourceY++)
            for (int sourceX = 0; sourceX < width; sourceX++)
            {
                double weight = Math.Max(0, 1 - Math.Abs(sourceX + 0.5 - centerX) / supportX) * Math.Max(0, 1 - Math.Abs(sourceY + 0.5 - centerY) / supportY);
                sum += weight * rgba[(sourceY * width + sourceX) * 4 + color];
                weights += weight;
            }
        return sum / weights;
    }

    private static byte[] Noise(Random random, int width, int height)
    {
        var rgba = new byte[width * height * 4];
        random.NextBytes(rgba);
        for (int alpha = 3; alpha < rgba.Length; alpha += 4)
            rgba[alpha] = 255;
        return rgba;
    }
}
