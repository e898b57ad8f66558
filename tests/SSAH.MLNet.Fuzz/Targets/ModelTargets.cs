using System.IO.Compression;
using Microsoft.ML;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Tests.Encoder;

namespace SSAH.MLNet.Fuzz.Targets;

/// <summary>What the codes of a few images are.</summary>
internal static class EncoderText
{
    public static readonly PixelShape Shape = new(3, 8, 8);

    private static readonly float[] s_pixels = TestHashModels.Flatten(TestHashModels.Images(8, Shape));

    /// <summary>A small model with codes of 16 bits, a convolution in it.</summary>
    public static byte[] Model(int seed = 1) => TestHashModels.Create(16, Shape, seed);

    /// <summary>Codes and how images become pixels; behind the mark activations.</summary>
    public static string Of(HashEncoder encoder)
    {
        _ = encoder.TrainingSummary;
        float[] pixels = encoder.InputShape.Size == Shape.Size ? s_pixels : new float[Math.Min(encoder.InputShape.Size, 1 << 20)];
        if (pixels.Length % encoder.InputShape.Size != 0)
            return $"{encoder.InputShape}";
        return $"{encoder.Bits} {encoder.InputShape} {encoder.Resizing} {encoder.InputColumnName} {encoder.OutputColumnName} "
            + $"{TextOf(encoder.Encode(pixels))}{Child.Slight}{string.Join(',', encoder.EncodeActivations(pixels))}";
    }

    public static string TextOf(BinaryCodes codes)
    {
        byte[] code = new byte[codes.BytesPerCode];
        return string.Concat(Enumerable.Range(0, codes.Count).Select(row =>
        {
            codes.CopyPacked(row, code);
            return Convert.ToHexString(code);
        }));
    }
}

/// <summary>A hash model's ONNX file.</summary>
internal sealed class OnnxModelTarget() : FileTarget("model-onnx", ".onnx")
{
    public override string Read(byte[] bytes)
    {
        using var encoder = new HashEncoder(bytes);
        return EncoderText.Of(encoder);
    }

    public override byte[] Sign(byte[] bytes) => Signed(bytes);

    /// <summary>Replaces the checksum at the end by that of the bytes before it.</summary>
    public static byte[] Signed(byte[] bytes)
    {
        int entry = bytes.AsSpan().LastIndexOf("ssah.sha256"u8) - 4;
        try
        {
            return HashModelChecksum.Check(entry > 0 ? bytes[..entry] : bytes).File;
        }
        catch (DamagedFileException)
        {
            // The bytes before it end in another one.
            return bytes;
        }
    }

    protected override byte[][] MakeSamples()
    {
        using var encoder = new HashEncoder(EncoderText.Model());
        using var perceptual = HashEncoder.PerceptualHash(PerceptualHashKind.Difference);
        return [encoder.ToOnnx(), perceptual.ToOnnx()];
    }
}

/// <summary>A model that ML.NET saved, read by the library's own door.</summary>
internal sealed class ModelZipTarget() : FileTarget("model-zip", ".zip")
{
    public override string Read(byte[] bytes)
    {
        using HashEncoder encoder = HashEncoder.Load(Written(bytes));
        return EncoderText.Of(encoder);
    }

    public override byte[] Sign(byte[] bytes) => ModelZips.Sign(bytes);

    protected override byte[][] MakeSamples() => [ModelZips.Of(EncoderText.Model()), ModelZips.Sign(ModelZips.Of(EncoderText.Model(2)))];
}

/// <summary>A model that ML.NET saved, read by ML.NET: what reaches the encoder's own reader is checked there, the rest is ML.NET's.</summary>
internal sealed class MLNetZipTarget() : FileTarget("model-zip-mlnet", ".zip")
{
    private readonly MLContext _context = new();

    public override bool IsOfTheFamily(Exception error) => error is not (OutOfMemoryException or AccessViolationException);

    public override string Read(byte[] bytes)
    {
        using HashEncoder encoder = _context.Model.Load(new MemoryStream(bytes), out _).GetHashEncoder();
        return EncoderText.Of(encoder);
    }

    protected override byte[][] MakeSamples() => [ModelZips.Of(EncoderText.Model())];
}

/// <summary>Models as ML.NET saves them.</summary>
internal static class ModelZips
{
    public static byte[] Of(byte[] onnx)
    {
        using var encoder = new HashEncoder(onnx);
        using var zip = new MemoryStream();
        new MLContext().Model.Save(encoder, inputSchema: null, zip);
        return zip.ToArray();
    }

    /// <summary>The same entries, unpacked and with right checksums, of the network too.</summary>
    public static byte[] Sign(byte[] zip)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(zip));
            using var signed = new MemoryStream();
            using (var target = new ZipArchive(signed, ZipArchiveMode.Create, leaveOpen: true))
                foreach (ZipArchiveEntry entry in archive.Entries)
                {
                    using var bytes = new MemoryStream();
                    using (Stream source = entry.Open())
                        source.CopyTo(bytes);
                    byte[] content = bytes.ToArray();
                    if (entry.Name == "OnnxModel" && content.Length > 4)
                        content = [.. content[..4], .. OnnxModelTarget.Signed(content[4..])];
                    using Stream copy = target.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                    copy.Write(content);
                }
            return signed.ToArray();
        }
        catch (Exception error) when (error is IOException or InvalidDataException or ArgumentException or NotSupportedException or OverflowException)
        {
            return zip;
        }
    }
}
