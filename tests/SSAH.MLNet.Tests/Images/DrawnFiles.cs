using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace SSAH.MLNet.Tests.Images;

/// <summary>Encoded images drawn for a test, in forms that Skia writes and in those that it only reads.</summary>
internal static class DrawnFiles
{
    public static byte[] Draw(SKEncodedImageFormat format, int width, int height, Func<int, int, SKColor> colorAt, int quality = 100,
        SKColorSpace? colorSpace = null)
    {
        var pixels = new byte[width * height * 4];
        for (int at = 0; at < width * height; at++)
        {
            SKColor color = colorAt(at % width, at / width);
            (pixels[at * 4], pixels[at * 4 + 1], pixels[at * 4 + 2], pixels[at * 4 + 3]) = (color.Red, color.Green, color.Blue, color.Alpha);
        }
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul, colorSpace));
        Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        using SKData data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>A PNG of any bit depth and color type (0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGBA) from the bytes of its rows.</summary>
    public static byte[] Png(int width, int bitDepth, int colorType, byte[][] rows, byte[]? palette = null, byte[]? paletteAlpha = null)
    {
        using var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), rows.Length);
        (header[8], header[9]) = ((byte)bitDepth, (byte)colorType);
        png.Write(Chunk("IHDR"u8, header));
        if (palette is not null)
            png.Write(Chunk("PLTE"u8, palette));
        if (paletteAlpha is not null)
            png.Write(Chunk("tRNS"u8, paletteAlpha));
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
            foreach (byte[] row in rows)
                zlib.Write([0, .. row]);
        png.Write(Chunk("IDAT"u8, packed.ToArray()));
        png.Write(Chunk("IEND"u8, []));
        return png.ToArray();
    }

    /// <summary>A PNG whose header claims a size.</summary>
    public static byte[] PngClaiming(int width, int height)
    {
        byte[] png = Png(1, 8, 6, [new byte[4]]);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32(png.AsSpan(12, 17)));
        return png;
    }

    /// <summary>A GIF of at most four colors; each frame is a rectangle of color numbers, number 3 is transparent.</summary>
    public static byte[] Gif(int width, int height, SKColor[] colors, params (int X, int Y, byte[][] Rows)[] frames)
    {
        var gif = new List<byte>();
        gif.AddRange("GIF89a"u8);
        gif.AddRange([(byte)width, 0, (byte)height, 0, 0b1000_0001, 0, 0]);
        for (int i = 0; i < 4; i++)
            gif.AddRange(i < colors.Length ? [colors[i].Red, colors[i].Green, colors[i].Blue] : new byte[3]);
        foreach ((int x, int y, byte[][] rows) in frames)
        {
            gif.AddRange([0x21, 0xF9, 4, 0b0000_0101, 10, 0, 3, 0]);
            gif.AddRange([0x2C, (byte)x, 0, (byte)y, 0, (byte)rows[0].Length, 0, (byte)rows.Length, 0, 0, 2]);
            byte[] codes = GifCodes([.. rows.SelectMany(row => row)]);
            foreach (byte[] block in codes.Chunk(255))
                gif.AddRange([(byte)block.Length, .. block]);
            gif.Add(0);
        }
        gif.Add(0x3B);
        return [.. gif];
    }

    /// <summary>A bitmap of 24 bits a pixel, stored from the bottom up.</summary>
    public static byte[] Bmp(int width, int height, Func<int, int, SKColor> colorAt)
    {
        int stride = (width * 3 + 3) / 4 * 4;
        var bmp = new byte[54 + stride * height];
        "BM"u8.CopyTo(bmp);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(2), bmp.Length);
        (bmp[10], bmp[14], bmp[26], bmp[28]) = (54, 40, 1, 24);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(22), height);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                SKColor color = colorAt(x, y);
                int at = 54 + (height - 1 - y) * stride + x * 3;
                (bmp[at], bmp[at + 1], bmp[at + 2]) = (color.Blue, color.Green, color.Red);
            }
        return bmp;
    }

    /// <summary>The same file with an EXIF orientation: JPEG, PNG and WebP.</summary>
    public static byte[] WithOrientation(byte[] encoded, int orientation, bool littleEndian = true)
    {
        byte[] tiff = littleEndian
            ? [(byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0]
            : [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        if (encoded[0] == 0xFF)
            return [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(tiff.Length + 8), .. "Exif\0\0"u8, .. tiff, .. encoded[2..]];
        if (encoded[0] == 0x89)
            return [.. encoded[..33], .. Chunk("eXIf"u8, tiff), .. encoded[33..]];
        // A WebP file with metadata starts with an extended header: flag 8 announces EXIF, and the size less one in 24 bits.
        byte[] image = encoded[12..];
        (int width, int height) = SizeOf(encoded);
        byte[] extended = [.. "VP8X"u8, 10, 0, 0, 0, 8, 0, 0, 0, .. Int24(width - 1), .. Int24(height - 1)];
        byte[] exif = [.. "EXIF"u8, (byte)tiff.Length, 0, 0, 0, .. tiff];
        byte[] body = [.. "WEBP"u8, .. extended, .. image, .. exif];
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, body.Length);
        return [.. "RIFF"u8, .. size, .. body];
    }

    private static byte[] Int24(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];

    private static (int Width, int Height) SizeOf(byte[] encoded)
    {
        using SKData data = SKData.CreateCopy(encoded);
        using SKCodec codec = SKCodec.Create(data);
        return (codec.Info.Width, codec.Info.Height);
    }

    // Codes of three bits: a reset (4) before every second pixel keeps them from growing; 5 is the end.
    private static byte[] GifCodes(byte[] pixels)
    {
        var bits = new List<int>();
        for (int i = 0; i < pixels.Length; i++)
            bits.AddRange(i % 2 == 0 ? [4, pixels[i]] : new int[] { pixels[i] });
        bits.Add(5);
        var bytes = new byte[(bits.Count * 3 + 7) / 8];
        for (int i = 0; i < bits.Count * 3; i++)
            bytes[i / 8] |= (byte)(((bits[i / 3] >> (i % 3)) & 1) << (i % 8));
        return bytes;
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320u);
        }
        return ~crc;
    }
}
