using System.Buffers.Binary;
using SSAH.MLNet.Cli.Collections;

namespace SSAH.MLNet.Cli.Export;

/// <summary>
/// A faiss index file of type IndexBinaryFlat, as <c>faiss.read_index_binary</c> reads it: its dimension is a multiple of 8, so that codes of another length
/// have padding bits, all 0, which change no distance.
/// <code>
///  0  "IBxF"
///  4  dimension    i32, bits
///  8  code size    i32, bytes
/// 12  count        i64
/// 20  is trained   u8, 1
/// 21  metric       i32, 1 (as faiss writes it; Hamming distances whatever it says)
/// 25  length       u64, bytes of codes, then the codes
/// </code>
/// </summary>
internal static class FaissFile
{
    private const int HeaderBytes = 33, Metric = 1;

    public static void Write(LabeledCodes rows, Stream file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        "IBxF"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], rows.Codes.BytesPerCode * 8);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], rows.Codes.BytesPerCode);
        BinaryPrimitives.WriteInt64LittleEndian(header[12..], rows.Codes.Count);
        header[20] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(header[21..], Metric);
        BinaryPrimitives.WriteUInt64LittleEndian(header[25..], (ulong)rows.Codes.Count * (ulong)rows.Codes.BytesPerCode);
        file.Write(header);
        RawCodes.Write(rows, file);
    }
}
