using SSAH.MLNet.Cli.Collections;

namespace SSAH.MLNet.Cli.Export;

/// <summary>Packed codes, one after the other: ceil(bits/8) bytes each, bit i in bit i%8 of byte i/8.</summary>
internal static class RawCodes
{
    public static void Write(LabeledCodes rows, Stream file)
    {
        byte[] code = new byte[rows.Codes.BytesPerCode];
        for (int row = 0; row < rows.Codes.Count; row++)
        {
            rows.Codes.CopyPacked(row, code);
            file.Write(code);
        }
    }
}
