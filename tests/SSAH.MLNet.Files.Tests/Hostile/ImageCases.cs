using System.Buffers.Binary;
using SkiaSharp;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Files.Tests.Hostile;

/// <summary>Images whose headers claim what their bytes do not have.</summary>
internal static class ImageCases
{
    public static IEnumerable<HostileCase> All =>
    [
        .. new[] { (int.MaxValue, int.MaxValue), (65_535, 65_535), (int.MaxValue, 1), (1, int.MaxValue), (0, 5), (-1, -1), (46_341, 46_341) }.Select(size =>
            new HostileCase("image", $"PNG of {size.Item1} x {size.Item2}", () => DrawnFiles.PngClaiming(size.Item1, size.Item2))),
        .. new[] { (int.MaxValue, int.MaxValue), (int.MaxValue, int.MinValue), (0, 0), (-5, 5), (60_000, 60_000) }.Select(size => new HostileCase("image",
            $"BMP of {size.Item1} x {size.Item2}", () =>
            {
                byte[] bytes = DrawnFiles.Bmp(4, 4, (x, y) => SKColors.Red);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), size.Item1);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), size.Item2);
                return bytes;
            })),
        new("image", "GIF of 65,535 x 65,535", () =>
        {
            byte[] bytes = DrawnFiles.Gif(4, 1, [SKColors.Red], (0, 0, [[0, 0, 0, 0]]));
            bytes.AsSpan(6, 4).Fill(0xFF);
            return bytes;
        }),
        new("image", "JPEG of 65,535 x 65,535", () =>
        {
            byte[] bytes = Photos.Of(SKEncodedImageFormat.Jpeg);
            int frame = bytes.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
            bytes.AsSpan(frame + 5, 4).Fill(0xFF);
            return bytes;
        }),
        new("image", "nothing", () => []), new("image", "a name only", () => [.. "\x89PNG\r\n\x1a\n"u8]),
        new("image", "text", () => [.. "<svg onload='x'/>"u8]),
        new("image", "a million bytes of 0xFF", () => [.. Enumerable.Repeat((byte)0xFF, 1_000_000)]),
        new("image", "PNG cut in its data", () => Photos.Of(SKEncodedImageFormat.Png)[..60]),
        new("image", "chunk of 2^31-1 bytes", () =>
        {
            byte[] bytes = Photos.Of(SKEncodedImageFormat.Png);
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(33), int.MaxValue);
            return bytes;
        }),
    ];
}
