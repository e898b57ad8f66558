using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using SSAH.MLNet.Cli.Collections;

namespace SSAH.MLNet.Cli.Export;

/// <summary>
/// A NumPy file, format version 1.0: an array of bytes [images, ceil(bits/8)], as <c>numpy.unpackbits(..., bitorder="little")</c> and faiss take them.
/// </summary>
internal static class NpyFile
{
    private const int Alignment = 64, PrefixBytes = 10;

    public static void Write(LabeledCodes rows, Stream file)
    {
        string header = string.Create(CultureInfo.InvariantCulture,
            $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({rows.Codes.Count}, {rows.Codes.BytesPerCode}), }}");
        // The data begin at a multiple of 64 bytes; the header ends in a line feed.
        int length = (PrefixBytes + header.Length + 1 + Alignment - 1) / Alignment * Alignment - PrefixBytes;
        byte[] prefix = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(8), (ushort)length);
        file.Write(prefix);
        file.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
        RawCodes.Write(rows, file);
    }
}
