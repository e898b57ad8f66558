using System.Drawing;
using SkiaSharp;

namespace SSAH.MLNet.Tests.Images;

public sealed class ImageReaderTests
{
    private static readonly SKColor[] s_corners = [SKColors.Red, SKColors.Lime, SKColors.Blue, SKColors.White];

    private static readonly ImageReadingOptions s_plain = new();

    public static TheoryData<SKEncodedImageFormat> OrientedFormats => [SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp];

    [Theory]
    [MemberData(nameof(OrientedFormats))]
    public void Every_exif_orientation_comes_out_upright(SKEncodedImageFormat format)
    {
        byte[] upright = Read(DrawnFiles.Draw(format, 96, 64, (x, y) => CornerOf(x, y, 96, 64)), 24, 16);
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            (int width, int height) = orientation >= 5 ? (64, 96) : (96, 64);
            byte[] stored = DrawnFiles.Draw(format, width, height, (x, y) => StoredAt(orientation, x, y, 96, 64));
            foreach (bool littleEndian in new[] { true, false })
                AssertNear(upright, Read(DrawnFiles.WithOrientation(stored, orientation, littleEndian), 24, 16), 3);
        }
        byte[] plain = DrawnFiles.Draw(format, 96, 64, (x, y) => CornerOf(x, y, 96, 64));
        foreach (int nonsense in new[] { 0, 9, 200 })
            AssertNear(upright, Read(DrawnFiles.WithOrientation(plain, nonsense), 24, 16), 0);
    }

    [Fact]
    public void Orientation_holds_for_crops_and_planes_too()
    {
        byte[] stored = DrawnFiles.Draw(SKEncodedImageFormat.Png, 64, 150, (x, y) => StoredAt(6, x, y, 150, 64));
        byte[] turned = DrawnFiles.WithOrientation(stored, 6);
        byte[] expected = Read(DrawnFiles.Draw(SKEncodedImageFormat.Png, 150, 64, (x, y) => CornerOf(x, y, 150, 64)), 17, 11);
        AssertNear(expected, Read(turned, 17, 11), 1);
        var planes = new byte[17 * 11 * 3];
        Assert.Null(new ImageReader(17, 11, s_plain, interleaved: false).Read(turned, planes));
        for (int pixel = 0; pixel < 17 * 11; pixel++)
            for (int color = 0; color < 3; color++)
                Assert.InRange(planes[color * 17 * 11 + pixel] - expected[pixel * 3 + color], -1, 1);
    }

    [Fact]
    public void Transparency_shows_the_background()
    {
        byte[] png = DrawnFiles.Draw(SKEncodedImageFormat.Png, 40, 40, (x, _) => x < 20 ? SKColors.Transparent : SKColors.Black);
        byte[] half = DrawnFiles.Draw(SKEncodedImageFormat.Webp, 8, 8, (_, _) => new SKColor(255, 0, 0, 128));
        foreach (int side in new[] { 8, 40, 61 })
        {
            byte[] white = Read(png, side, side);
            Assert.Equal([255, 255, 255], white[..3]);
            Assert.Equal([0, 0, 0], white[^3..]);
        }
        Assert.Equal([10, 20, 30], Read(png, 8, 8, new ImageReadingOptions { Background = Color.FromArgb(10, 20, 30) })[..3]);
        AssertNear([255, 127, 127], Read(half, 1, 1), 2);
    }

    [Fact]
    public void Colors_hidden_under_transparency_do_not_bleed_out()
    {
        byte[] png = DrawnFiles.Draw(SKEncodedImageFormat.Png, 64, 64, (x, y) => (x + y) % 2 == 0 ? new SKColor(0, 255, 0, 0) : SKColors.White);
        Assert.All(Read(png, 9, 9), value => Assert.InRange(value, 254, 255));
    }

    [Fact]
    public void Every_form_of_png_is_read()
    {
        byte[] gray16 = DrawnFiles.Png(2, 16, 0, [[0x80, 0x00, 0xFF, 0xFF]]);
        byte[] rgb16 = DrawnFiles.Png(1, 16, 2, [[0x10, 0x00, 0x80, 0x00, 0xF0, 0x00]]);
        byte[] bits = DrawnFiles.Png(2, 1, 0, [[0b0100_0000]]);
        byte[] palette = DrawnFiles.Png(3, 8, 3, [[0, 1, 2]], [255, 0, 0, 0, 255, 0, 0, 0, 255], [255, 255, 0]);
        byte[] grayAlpha = DrawnFiles.Png(2, 8, 4, [[0, 255, 0, 0]]);
        Assert.Equal([128, 128, 128, 255, 255, 255], Read(gray16, 2, 1));
        AssertNear([16, 128, 240], Read(rgb16, 1, 1), 1);
        Assert.Equal([0, 0, 0, 255, 255, 255], Read(bits, 2, 1));
        Assert.Equal([255, 0, 0, 0, 255, 0, 255, 255, 255], Read(palette, 3, 1));
        Assert.Equal([0, 0, 0, 255, 255, 255], Read(grayAlpha, 2, 1));
    }

    [Fact]
    public void Animations_give_their_first_frame_on_the_background()
    {
        byte[] gif = DrawnFiles.Gif(4, 2, [SKColors.Red, SKColors.Lime, SKColors.Blue],
            (1, 0, [[0, 1], [3, 2]]), (0, 0, [[2, 2, 2, 2], [2, 2, 2, 2]]));
        Assert.Equal([255, 255, 255, 255, 0, 0, 0, 255, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 255, 255, 255, 255], Read(gif, 4, 2));
    }

    [Fact]
    public void Bitmaps_and_cmyk_jpegs_are_read()
    {
        AssertNear(Read(DrawnFiles.Draw(SKEncodedImageFormat.Png, 9, 5, (x, y) => CornerOf(x, y, 9, 5)), 9, 5),
            Read(DrawnFiles.Bmp(9, 5, (x, y) => CornerOf(x, y, 9, 5)), 9, 5), 0);
        // Made with Pillow: 16 x 16, the left half C 0 M 255 Y 255 K 0, the right half C 255 M 0 Y 0 K 64.
        byte[] cmyk = Convert.FromBase64String(
            "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBU"
            + "VFQwPFxgWFBgSFBUU/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EABYA"
            + "AQEBAAAAAAAAAAAAAAAAAAoJCP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAOBEMATQBZAEsAAD8AqmlUlUqmKuVQVQyoVQKuKu1WKuVQVQyo/9k=");
        byte[] rgb = Read(cmyk, 16, 16);
        AssertNear([255, 0, 0], rgb[..3], 4);
        AssertNear([0, 191, 191], rgb[^3..], 4);
    }

    [Fact]
    public void Wide_gamuts_become_srgb()
    {
        using var wide = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3);
        byte[] tagged = DrawnFiles.Draw(SKEncodedImageFormat.Png, 4, 4, (_, _) => new SKColor(200, 100, 50), colorSpace: wide);
        byte[] pixel = Read(tagged, 1, 1);
        AssertNear([214, 95, 32], pixel, 6);
        AssertNear([200, 100, 50], Read(DrawnFiles.Draw(SKEncodedImageFormat.Png, 4, 4, (_, _) => new SKColor(200, 100, 50)), 1, 1), 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Jpeg_without_its_end_marker_is_read_and_half_of_one_is_not(bool gray)
    {
        for (int size = 17; size < 200; size += 29)
        {
            var random = new Random(size);
            byte[] whole = DrawnFiles.Draw(SKEncodedImageFormat.Jpeg, size, size + 5, (x, y) => gray
                ? new SKColor((byte)(x + y), (byte)(x + y), (byte)(x + y))
                : new SKColor((byte)random.Next(256), (byte)x, (byte)y), quality: 80);
            byte[] expected = Read(whole, 16, 16);
            Assert.Equal(expected, Read(whole[..^1], 16, 16));
            Assert.Equal(expected, Read(whole[..^2], 16, 16));
            Assert.Equal(expected, Read([.. whole, 0, 0, 0], 16, 16));
            for (int cut = 3; cut < whole.Length; cut = cut * 2 + 5)
                Assert.NotNull(new ImageReader(16, 16, s_plain).Read(whole.AsSpan(0, Math.Max(0, whole.Length - cut - 8)), new byte[768]));
        }
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Cut_files_are_errors(SKEncodedImageFormat format)
    {
        byte[] whole = DrawnFiles.Draw(format, 40, 40, (x, y) => new SKColor((byte)(x * 6), (byte)(y * 6), (byte)(x * y)));
        foreach (double share in new[] { 0, 0.1, 0.5, 0.9 })
            Assert.NotNull(new ImageReader(8, 8, s_plain).Read(whole.AsSpan(0, (int)(whole.Length * share)), new byte[192]));
    }

    [Fact]
    public void Files_streams_and_bytes_give_the_same_pixels()
    {
        byte[] png = DrawnFiles.Draw(SKEncodedImageFormat.Png, 300, 200, (x, y) => new SKColor((byte)x, (byte)y, (byte)(x ^ y)));
        byte[] expected = Read(png, 20, 20);
        var rgb = new byte[1200];
        var reader = new ImageReader(20, 20, s_plain);
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, png);
        Assert.Null(reader.Read(path, rgb));
        Assert.Equal(expected, rgb);
        File.Delete(path);
        Assert.Contains(path, reader.Read(path, rgb), StringComparison.Ordinal);
        using (var stream = new MemoryStream([1, 2, 3, .. png]) { Position = 3 })
            Assert.Null(reader.Read(stream, rgb));
        Assert.Equal(expected, rgb);
        using (var zipped = new System.IO.Compression.GZipStream(new MemoryStream(Gzip(png)), System.IO.Compression.CompressionMode.Decompress))
            Assert.Null(reader.Read(zipped, rgb));
        Assert.Equal(expected, rgb);
        Assert.Throws<ArgumentException>(() => reader.Read(png, new byte[1199]));
    }

    [Fact]
    public void Limits_are_checked_before_decoding()
    {
        byte[] png = DrawnFiles.Draw(SKEncodedImageFormat.Png, 100, 100, (x, y) => new SKColor((byte)x, (byte)y, 0));
        Assert.Contains("67000 x 67000 pixels", Reason(DrawnFiles.PngClaiming(67_000, 67_000), s_plain), StringComparison.Ordinal);
        Assert.Contains("MaxPixels", Reason(png, new ImageReadingOptions { MaxPixels = 9_999 }), StringComparison.Ordinal);
        Assert.Null(Reason(png, new ImageReadingOptions { MaxPixels = 10_000 }));
        Assert.Contains("MaxBytes", Reason(png, new ImageReadingOptions { MaxBytes = png.Length - 1 }), StringComparison.Ordinal);
        Assert.Null(Reason(png, new ImageReadingOptions { MaxBytes = png.Length }));
        using var endless = new System.IO.Compression.GZipStream(new MemoryStream(Gzip(new byte[10_000_000])),
            System.IO.Compression.CompressionMode.Decompress);
        Assert.Contains("MaxBytes", new ImageReader(8, 8, new ImageReadingOptions { MaxBytes = 100_000 }).Read(endless, new byte[192]),
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageReadingOptions { MaxPixels = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageReadingOptions { MaxBytes = 0 });
    }

    [Fact]
    public void Photos_that_are_decoded_at_a_fraction_may_be_four_times_as_large()
    {
        byte[] jpeg = DrawnFiles.Draw(SKEncodedImageFormat.Jpeg, 200, 100, (x, y) => new SKColor((byte)x, (byte)y, 0));
        ImageReadingOptions quarter = new() { MaxPixels = 5_000 }, less = new() { MaxPixels = 4_999 };
        Assert.Null(Reason(jpeg, quarter, 8));
        Assert.Contains("MaxPixels", Reason(jpeg, less, 8), StringComparison.Ordinal);
        // Half of the sides are decoded, a quarter of the pixels; all of them are more than the limit.
        Assert.Null(Reason(jpeg, quarter, 50));
        Assert.Contains("MaxPixels", Reason(jpeg, quarter, 51), StringComparison.Ordinal);
        byte[] png = DrawnFiles.Draw(SKEncodedImageFormat.Png, 200, 100, (x, y) => new SKColor((byte)x, (byte)y, 0));
        Assert.Contains("MaxPixels", Reason(png, quarter, 8), StringComparison.Ordinal);

        // A progressive JPEG, and one whose colors come one after the other, keep all coefficients until their last scan.
        Assert.True(JpegScans.IsOne(jpeg));
        int frame = jpeg.AsSpan().IndexOf<byte>([0xFF, 0xC0]), scan = jpeg.AsSpan().IndexOf<byte>([0xFF, 0xDA]);
        byte[] progressive = [.. jpeg], severalScans = [.. jpeg];
        progressive[frame + 1] = 0xC2;
        severalScans[scan + 4] = 1;
        Assert.False(JpegScans.IsOne(severalScans));
        Assert.False(JpegScans.IsOne(progressive));
        Assert.Contains("MaxPixels", Reason(progressive, quarter, 8), StringComparison.Ordinal);
        for (int length = 0; length < scan + 5; length++)
            Assert.False(JpegScans.IsOne(jpeg.AsSpan(0, length)));
        Assert.True(JpegScans.IsOne([0xFF, 0xD8, 0xFF, 0xFF, .. jpeg.AsSpan(3)]));

        // Behind a marker that has no length the decoder reads on at once: what seems to be its segment may be the real header.
        foreach (byte marker in (byte[])[0x00, 0x01, 0x02, 0xBF, .. Enumerable.Range(0xC2, 14).Where(each => each != 0xC4).Select(each => (byte)each),
            .. Enumerable.Range(0xD0, 10).Select(each => (byte)each), 0xDC, 0xDE, 0xDF, 0xF0, 0xFD])
            Assert.False(JpegScans.IsOne([0xFF, 0xD8, 0xFF, marker, 0, 2, .. jpeg.AsSpan(2)]));
        foreach (byte marker in (byte[])[0xDB, 0xE5, 0xFE])
            Assert.True(JpegScans.IsOne([0xFF, 0xD8, 0xFF, marker, 0, 2, .. jpeg.AsSpan(2)]));
    }

    [Fact]
    public void Random_damage_gives_pixels_or_a_reason()
    {
        var random = new Random(5);
        foreach (SKEncodedImageFormat format in new[] { SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp })
        {
            byte[] whole = DrawnFiles.WithOrientation(DrawnFiles.Draw(format, 20, 20, (x, y) => new SKColor((byte)(x * 12), (byte)(y * 12), 9)), 6);
            for (int i = 0; i < 200; i++)
            {
                byte[] bytes = [.. whole];
                for (int change = 0; change < 4; change++)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                Reason(bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)], s_plain);
            }
        }
    }

    private static string? Reason(byte[] encoded, ImageReadingOptions options, int side = 8) =>
        new ImageReader(side, side, options).Read(encoded, new byte[side * side * 3]);

    private static byte[] Read(byte[] encoded, int width, int height, ImageReadingOptions? options = null)
    {
        var rgb = new byte[width * height * 3];
        Assert.Null(new ImageReader(width, height, options ?? s_plain).Read(encoded, rgb));
        return rgb;
    }

    private static void AssertNear(byte[] expected, byte[] actual, int tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"{actual[i]} instead of {expected[i]} at {i}");
    }

    private static SKColor CornerOf(int x, int y, int width, int height) => s_corners[(x < width / 2 ? 0 : 1) + (y < height / 2 ? 0 : 2)];

    // By the definition of the EXIF tag: where the stored image's first row and column lie in the upright one.
    private static SKColor StoredAt(int orientation, int x, int y, int width, int height) => orientation switch
    {
        2 => CornerOf(width - 1 - x, y, width, height),
        3 => CornerOf(width - 1 - x, height - 1 - y, width, height),
        4 => CornerOf(x, height - 1 - y, width, height),
        5 => CornerOf(y, x, width, height),
        6 => CornerOf(width - 1 - y, x, width, height),
        7 => CornerOf(width - 1 - y, height - 1 - x, width, height),
        8 => CornerOf(y, height - 1 - x, width, height),
        _ => CornerOf(x, y, width, height),
    };

    private static byte[] Gzip(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(target, System.IO.Compression.CompressionLevel.Fastest))
            gzip.Write(bytes);
        return target.ToArray();
    }
}
