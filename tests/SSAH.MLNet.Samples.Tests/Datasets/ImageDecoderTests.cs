using System.Buffers.Binary;
using CsCheck;
using SSAH.MLNet.Samples.Datasets;
using SkiaSharp;

namespace SSAH.MLNet.Samples.Tests.Datasets;

public class ImageDecoderTests
{
    [Fact]
    public void Image_of_the_wanted_size_comes_back_pixel_by_pixel() =>
        Gen.Byte.Array[4 * 3 * 3].Sample(pixels =>
        {
            var png = EncodedImages.Png(4, 3, (x, y) => new SKColor(pixels[At(x, y)], pixels[At(x, y) + 1], pixels[At(x, y) + 2]));
            var rgb = new byte[pixels.Length];
            ImageDecoder.Decode(png, 4, 3, rgb);
            Assert.Equal(pixels, rgb);
        }, iter: 50);

    [Theory]
    [InlineData(40, 40)]
    [InlineData(64, 20)]
    [InlineData(5, 90)]
    [InlineData(1, 1)]
    public void Plain_image_of_any_size_stays_plain(int width, int height)
    {
        var rgb = new byte[8 * 8 * 3];
        ImageDecoder.Decode(EncodedImages.Png(width, height, (_, _) => new SKColor(200, 100, 50)), 8, 8, rgb);
        for (var i = 0; i < rgb.Length; i++)
            Assert.InRange(rgb[i] - new[] { 200, 100, 50 }[i % 3], -2, 2);
    }

    [Fact]
    public void Wide_image_keeps_its_center()
    {
        var png = EncodedImages.Png(90, 30, (x, _) => x is >= 30 and < 60 ? SKColors.Lime : SKColors.Red);
        var rgb = new byte[10 * 10 * 3];
        ImageDecoder.Decode(png, 10, 10, rgb);
        for (var pixel = 0; pixel < 100; pixel++)
        {
            Assert.True(rgb[pixel * 3] < 130, $"red {rgb[pixel * 3]} at {pixel}");
            Assert.True(rgb[(pixel * 3) + 1] > 120, $"green {rgb[(pixel * 3) + 1]} at {pixel}");
        }
    }

    [Fact]
    public void Transparent_pixels_become_white()
    {
        var rgb = new byte[4 * 4 * 3];
        ImageDecoder.Decode(EncodedImages.Png(SKColors.Transparent), 4, 4, rgb);
        Assert.All(rgb, value => Assert.Equal(255, value));
    }

    [Fact]
    public void Header_that_asks_for_gigabytes_is_refused_before_decoding()
    {
        var png = EncodedImages.Png(SKColors.Red);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 60_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 60_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32(png.AsSpan(12, 17)));

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var e = Assert.Throws<InvalidDataException>(() => ImageDecoder.Decode(png, 4, 4, new byte[48]));
        Assert.Contains("60000 x 60000", e.Message, StringComparison.Ordinal);
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 1 << 20);
    }

    [Fact]
    public void Damaged_bytes_give_a_typed_error_or_a_image_and_never_a_crash()
    {
        var png = EncodedImages.Png(9, 9, (x, y) => new SKColor((byte)(x * 20), (byte)(y * 20), 7));
        Gen.Select(Gen.Int[0, png.Length - 1], Gen.Byte, Gen.Int[0, png.Length]).Sample((at, value, length) =>
        {
            var damaged = png.AsSpan(0, length).ToArray();
            if (at < length)
                damaged[at] = value;
            try
            {
                ImageDecoder.Decode(damaged, 9, 9, new byte[9 * 9 * 3]);
            }
            catch (InvalidDataException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }, iter: 300);
        Assert.Throws<InvalidDataException>(() => ImageDecoder.Decode(png.AsSpan(0, png.Length / 2), 9, 9, new byte[9 * 9 * 3]));
    }

    private static int At(int x, int y) => ((y * 4) + x) * 3;

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
        }

        return ~crc;
    }
}
