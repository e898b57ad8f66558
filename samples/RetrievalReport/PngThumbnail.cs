using System.Buffers.Binary;
using System.IO.Compression;

namespace SSAH.MLNet.Samples.RetrievalReport;

/// <summary>Writes RGB bytes as a PNG inside a <c>data:</c> address.</summary>
internal static class PngThumbnail
{
    private const int LargestSide = 64;

    /// <summary>The image, made smaller by whole factors until it fits into 64 pixels.</summary>
    public static string DataUri(Image image)
    {
        if (image.Width < 1 || image.Height < 1 || image.Rgb.Length != image.Width * image.Height * 3)
            throw new ArgumentException($"An image of {image.Width} x {image.Height} has {image.Rgb.Length} bytes.", nameof(image));
        var factor = (Math.Max(image.Width, image.Height) + LargestSide - 1) / LargestSide;
        var small = factor > 1 ? Shrink(image, factor) : image;
        return "data:image/png;base64," + Convert.ToBase64String(Encode(small));
    }

    internal static byte[] Encode(Image image)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        header[8] = 8; // bits a channel
        header[9] = 2; // RGB
        WriteChunk(png, "IHDR"u8, header);
        WriteChunk(png, "IDAT"u8, Compress(image));
        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static byte[] Compress(Image image)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize))
        {
            var bytesPerRow = image.Width * 3;
            var line = new byte[1 + bytesPerRow];
            line[0] = 1; // filter "Sub": each byte minus the pixel to its left, which packs better
            for (var y = 0; y < image.Height; y++)
            {
                var row = image.Rgb.Span.Slice(y * bytesPerRow, bytesPerRow);
                for (var i = 0; i < bytesPerRow; i++)
                    line[i + 1] = (byte)(row[i] - (i >= 3 ? row[i - 3] : 0));
                zlib.Write(line);
            }
        }

        return packed.ToArray();
    }

    private static void WriteChunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32([.. type, .. data]));
        png.Write(number);
    }

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

    private static Image Shrink(Image image, int factor)
    {
        var (width, height) = (Math.Max(1, image.Width / factor), Math.Max(1, image.Height / factor));
        var rgb = new byte[width * height * 3];
        var source = image.Rgb.Span;
        for (var i = 0; i < rgb.Length; i++)
        {
            var (x, y, channel) = (i / 3 % width * factor, i / 3 / width * factor, i % 3);
            var (sum, count) = (0, 0);
            for (var yy = y; yy < Math.Min(y + factor, image.Height); yy++)
            {
                for (var xx = x; xx < Math.Min(x + factor, image.Width); xx++, count++)
                    sum += source[(((yy * image.Width) + xx) * 3) + channel];
            }

            rgb[i] = (byte)(sum / count);
        }

        return new Image(width, height, rgb);
    }
}
