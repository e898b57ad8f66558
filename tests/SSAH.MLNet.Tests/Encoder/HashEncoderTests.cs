using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Tests.Encoder;

public sealed class HashEncoderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(48)]
    [InlineData(65)]
    [InlineData(512)]
    public void Codes_are_the_signs_of_the_activations(int bits)
    {
        using var encoder = new HashEncoder(TestHashModels.Create(bits));
        float[] pixels = TestHashModels.Flatten(TestHashModels.Images(40));
        float[] activations = encoder.EncodeActivations(pixels);
        BinaryCodes codes = encoder.Encode(pixels);
        Assert.Equal((bits, 40, 40 * bits), (encoder.Bits, codes.Count, activations.Length));
        // ONNX Runtime's tanh can exceed 1 by one unit in the last place.
        Assert.InRange(activations.Max(Math.Abs), 0.1f, 1.000001f);
        BinaryCodes signs = BinaryCodes.FromActivations(bits, activations);
        Assert.Equal(signs.Words.ToArray(), codes.Words.ToArray());
        if (bits >= 8)
            Assert.InRange(Enumerable.Range(0, 40).Select(row => Convert.ToHexString(Packed(codes, row))).Distinct().Count(), 5, 40);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(32, 2)]
    [InlineData(100, 4)]
    public void Codes_do_not_depend_on_how_the_batch_is_cut(int batchSize, int workers)
    {
        byte[][] images = TestHashModels.Images(71);
        using var encoder = new HashEncoder(TestHashModels.Create(48), options: new HashEncodingOptions { BatchSize = batchSize, Workers = workers });
        BinaryCodes expected = encoder.Encode(TestHashModels.Flatten(images));
        IDataView rows = encoder.Transform(PixelRows.Create(images, TestHashModels.Shape, isBytes: true, isInterleaved: true));
        byte[][] codes = CodeRows.Codes(rows);
        Assert.Equal(encoder.EncodeActivations(TestHashModels.Flatten(images)), CodeRows.Activations(rows).SelectMany(activation => activation));
        Assert.Equal(Enumerable.Range(0, 71).Select(row => Packed(expected, row)), codes);
        float[][] activations = CodeRows.Activations(rows);
        Assert.Equal(activations.Select(activation => CodeRows.Pack(activation)), codes);
    }

    [Fact]
    public void Every_layout_and_item_type_gives_the_same_codes()
    {
        byte[][] images = TestHashModels.Images(5);
        using var encoder = new HashEncoder(TestHashModels.Create(64));
        byte[][][] codes = [.. from isBytes in new[] { false, true }
                               from isInterleaved in new[] { false, true }
                               select CodeRows.Codes(encoder.Transform(PixelRows.Create(images, TestHashModels.Shape, isBytes, isInterleaved)))];
        Assert.All(codes, some => Assert.Equal(codes[0], some));
    }

    [Fact]
    public void Pixels_that_are_not_a_whole_number_of_images_are_refused()
    {
        using var encoder = new HashEncoder(TestHashModels.Create(16));
        string message = Assert.Throws<ArgumentException>(() => encoder.Encode(new float[TestHashModels.Shape.Size + 1])).Message;
        Assert.Contains("361 values", message, StringComparison.Ordinal);
        float[] pixels = TestHashModels.Flatten(TestHashModels.Images(3));
        pixels[^1] = float.NaN;
        Assert.Contains("Image 2", Assert.Throws<ArgumentException>(() => encoder.EncodeActivations(pixels)).Message, StringComparison.Ordinal);
        Assert.Equal(0, encoder.Encode([]).Count);
        Assert.Empty(encoder.EncodeActivations([]));
    }

    [Fact]
    public void The_public_description_is_that_of_the_model()
    {
        byte[] onnx = TestHashModels.Create(24);
        var options = new HashEncodingOptions { BatchSize = 7, Workers = 3 };
        using var encoder = new HashEncoder(onnx, "Code", "Image", options);
        // Its file has its checksum behind it.
        Assert.True(encoder.ToOnnx().AsSpan().StartsWith(onnx));
        onnx = encoder.ToOnnx();
        Assert.Equal((24, 7, 3, TestHashModels.Shape), (encoder.Bits, encoder.BatchSize, encoder.Workers, encoder.InputShape));
        Assert.Equal(("Image", "Code", "CodeActivation"), (encoder.InputColumnName, encoder.OutputColumnName, encoder.ActivationColumnName));
        Assert.Equal("Random", encoder.Metadata["ssah.method"]);
        Assert.Equal(onnx, encoder.ToOnnx());
        encoder.ToOnnx()[0] ^= 0xff;
        Assert.Equal(onnx, encoder.ToOnnx());
        using HashEncoder other = encoder.WithOptions(new HashEncodingOptions { BatchSize = 1 });
        Assert.Equal((1, "Code"), (other.BatchSize, other.OutputColumnName));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HashEncodingOptions { BatchSize = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HashEncodingOptions { BatchSize = 4097 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HashEncodingOptions { Workers = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HashEncodingOptions { GpuDeviceId = -1 });
    }

    [Fact]
    public void Saved_ONNX_files_replace_the_old_one_and_leave_nothing_behind()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ssah-onnx-");
        try
        {
            using var encoder = new HashEncoder(TestHashModels.Create(16));
            string path = Path.Combine(folder.FullName, "model.onnx");
            File.WriteAllText(path, "an older and longer file that is no model at all");
            encoder.SaveOnnx(path);
            Assert.Equal(encoder.ToOnnx(), File.ReadAllBytes(path));
            Assert.Single(folder.GetFiles());
            string missing = Path.Combine(folder.FullName, "missing", "model.onnx");
            Assert.Throws<DirectoryNotFoundException>(() => encoder.SaveOnnx(missing));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Disposing_releases_the_session_and_a_later_use_reopens_it()
    {
        float[] pixels = TestHashModels.Flatten(TestHashModels.Images(2));
        var encoder = new HashEncoder(TestHashModels.Create(32));
        ulong[] before = encoder.Encode(pixels).Words.ToArray();
        encoder.Dispose();
        encoder.Dispose();
        Assert.False(encoder.Model.IsOpen);
        Assert.Equal(before, encoder.Encode(pixels).Words.ToArray());
        Assert.True(encoder.Model.IsOpen);
        encoder.Dispose();
        Assert.False(encoder.Model.IsOpen);
    }

    [Fact]
    public async Task Many_threads_get_the_same_codes_while_others_dispose()
    {
        byte[][] images = TestHashModels.Images(50);
        using var encoder = new HashEncoder(TestHashModels.Create(48), options: new HashEncodingOptions { BatchSize = 8, Workers = 2 });
        IDataView rows = encoder.Transform(PixelRows.Create(images, TestHashModels.Shape, isBytes: false, isInterleaved: false));
        byte[][] expected = CodeRows.Codes(rows);
        Task<byte[][]>[] readers = [.. Enumerable.Range(0, 6).Select(_ => Task.Run(() => CodeRows.Codes(rows)))];
        while (!Task.WhenAll(readers).IsCompleted)
        {
            encoder.Dispose();
            await Task.Yield();
        }
        Assert.All(await Task.WhenAll(readers), codes => Assert.Equal(expected, codes));
    }

    private static byte[] Packed(BinaryCodes codes, int row)
    {
        var packed = new byte[codes.BytesPerCode];
        codes.CopyPacked(row, packed);
        return packed;
    }
}
