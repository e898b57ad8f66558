using System.Buffers.Binary;
using SkiaSharp;

namespace SSAH.MLNet;

/// <summary>The EXIF orientation of a PNG file, which Skia does not look for: chunk <c>eXIf</c>, a TIFF block with tag 0x0112.</summary>
internal static class PngOrientation
{
    private const int SignatureLength = 8, ChunkFrame = 12, OrientationTag = 0x0112, UnsignedShort = 3, EntryLength = 12;

    /// <summary>The orientation, <see cref="SKEncodedOrigin.TopLeft"/> where the file names none that makes sense.</summary>
    public static SKEncodedOrigin Of(ReadOnlySpan<byte> png)
    {
        ReadOnlySpan<byte> rest = png.Length > SignatureLength ? png[SignatureLength..] : [];
        while (rest.Length >= ChunkFrame)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - ChunkFrame)
                break;
            if (rest.Slice(4, 4).SequenceEqual("eXIf"u8))
                return OfTiff(rest.Slice(8, (int)length));
            rest = rest[(ChunkFrame + (int)length)..];
        }
        return SKEncodedOrigin.TopLeft;
    }

    private static SKEncodedOrigin OfTiff(ReadOnlySpan<byte> tiff)
    {
        bool little = tiff.StartsWith("II"u8);
        if (tiff.Length < 8 || !(little || tiff.StartsWith("MM"u8)))
            return SKEncodedOrigin.TopLeft;
        uint offset = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (offset > tiff.Length - 2)
            return SKEncodedOrigin.TopLeft;
        int count = UInt16(tiff[(int)offset..]);
        ReadOnlySpan<byte> entries = tiff[((int)offset + 2)..];
        for (; count > 0 && entries.Length >= EntryLength; count--, entries = entries[EntryLength..])
            if (UInt16(entries) == OrientationTag && UInt16(entries[2..]) == UnsignedShort)
                return UInt16(entries[8..]) is >= 1 and <= 8 and ushort value ? (SKEncodedOrigin)value : SKEncodedOrigin.TopLeft;
        return SKEncodedOrigin.TopLeft;

        ushort UInt16(ReadOnlySpan<byte> bytes) =>
            little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }
}
