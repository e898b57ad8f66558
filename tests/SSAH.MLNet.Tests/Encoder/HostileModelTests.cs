using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using Google.Protobuf;
using Microsoft.ML;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Tests.Encoder;

/// <summary>Files that are damaged, hostile, or simply something else.</summary>
public sealed class HostileModelTests : IDisposable
{
    private static readonly PixelShape s_shape = TestHashModels.Shape;
    private readonly MLContext _context = new(seed: 3);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-hostile-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Other_ONNX_files_are_told_apart_and_pointed_elsewhere()
    {
        string path = Path.Combine(_folder.FullName, "other.onnx");
        File.WriteAllBytes(path, TestHashModels.BuildWithoutMetadata(16, s_shape).ToBytes());
        string message = Assert.Throws<DamagedFileException>(() => _context.Transforms.ApplyHashEncoder(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains("not a hash model", message, StringComparison.Ordinal);
        Assert.Contains("SsahHash", message, StringComparison.Ordinal);
        Assert.Contains("ApplyOnnxModel", message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => _context.Transforms.ApplyHashEncoder(Path.Combine(_folder.FullName, "none.onnx")));
    }

    [Theory]
    [InlineData("ssah.contract", "3", "newer SSAH.MLNet")]
    [InlineData("ssah.resizing", "squeeze", "newer SSAH.MLNet")]
    [InlineData("ssah.bits", "17", "UInt8[N, 3]")]
    [InlineData("ssah.bits", "15", "Float[N, 15]")]
    [InlineData("ssah.bits", "0", "from 1 to 4096")]
    [InlineData("ssah.bits", "4097", "from 1 to 4096")]
    [InlineData("ssah.bits", "-16", "from 1 to 4096")]
    [InlineData("ssah.bits", "99999999999999999999", "from 1 to 4096")]
    [InlineData("ssah.bits", "sixteen", "from 1 to 4096")]
    public void Metadata_that_contradicts_the_graph_is_refused(string key, string value, string expected)
    {
        OnnxGraph graph = TestHashModels.Build(16, s_shape);
        graph.Metadata(key, value);
        Assert.Contains(expected, Refusal(graph), StringComparison.Ordinal);
    }

    [Fact]
    public void Graphs_with_other_inputs_or_outputs_are_refused()
    {
        Assert.Contains("Float[N, 2, 12, 10]", Refusal(TestHashModels.Build(16, new PixelShape(2, 12, 10))), StringComparison.Ordinal);

        OnnxGraph second = TestHashModels.Build(16, s_shape);
        second.Input("Mask", -1, 1);
        Assert.Contains("Pixels, Mask", Refusal(second), StringComparison.Ordinal);

        var bare = new OnnxGraph("bare");
        string pixels = bare.Input(HashModelContract.PixelInput, -1, 3, 4, 4);
        bare.Output("Other", pixels, TensorProto.Types.DataType.Float, -1, 3, 4, 4);
        bare.Metadata(HashModelContract.VersionKey, "1");
        bare.Metadata(HashModelContract.BitsKey, "16");
        Assert.Contains("no output 'HashCode'; it has: Other", Refusal(bare), StringComparison.Ordinal);

        var fixedRows = new OnnxGraph("fixed");
        fixedRows.Output("Other", fixedRows.Input(HashModelContract.PixelInput, 8, 3, 4, 4), TensorProto.Types.DataType.Float, 8, 3, 4, 4);
        fixedRows.Metadata(HashModelContract.VersionKey, "1");
        fixedRows.Metadata(HashModelContract.BitsKey, "16");
        Assert.Contains("Float[8, 3, 4, 4]", Refusal(fixedRows), StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_ONNX_bytes_are_a_typed_error_or_a_valid_model()
    {
        byte[] onnx = TestHashModels.Create(16);
        Assert.Throws<DamagedFileException>(() => new HashEncoder([]));
        Assert.Throws<DamagedFileException>(() => new HashEncoder("no model"u8));
        var random = new Random(9);
        for (int round = 0; round < 60; round++)
        {
            byte[] damaged = round % 2 == 0 ? onnx[..random.Next(onnx.Length)] : [.. onnx];
            if (round % 2 == 1)
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                using var encoder = new HashEncoder(damaged);
                Assert.Equal(16, encoder.Bits);
            }
            catch (DamagedFileException error)
            {
                Assert.NotEmpty(error.Message);
            }
        }
    }

    // CWE-22: weights that are said to lie in another file must not make the reader open it.
    [Theory]
    [InlineData("{0}")]
    [InlineData("./{0}")]
    [InlineData("../{1}/{0}")]
    [InlineData("{2}")]
    public void Weights_in_other_files_are_refused(string location)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(TestHashModels.Create(16));
        TensorProto weights = model.Graph.Initializer.First(each => each.RawData.Length > 100);
        string secret = Path.Combine(Environment.CurrentDirectory, $"{Guid.NewGuid():N}.bin");
        File.WriteAllBytes(secret, weights.RawData.ToByteArray());
        try
        {
            // Fields 13 (external_data: a key and a value) and 14 (data_location = EXTERNAL) of TensorProto.
            string folder = Path.GetFileName(Environment.CurrentDirectory);
            string file = string.Format(CultureInfo.InvariantCulture, location, Path.GetFileName(secret), folder, secret);
            var fields = new MemoryStream();
            using (var writer = new CodedOutputStream(fields, leaveOpen: true))
            {
                writer.WriteTag(13, WireFormat.WireType.LengthDelimited);
                writer.WriteMessage(new StringStringEntryProto { Key = "location", Value = file });
                writer.WriteTag(14, WireFormat.WireType.Varint);
                writer.WriteEnum(1);
            }
            weights.RawData = ByteString.Empty;
            weights.MergeFrom(fields.ToArray());
            Assert.Throws<DamagedFileException>(() => new HashEncoder(model.ToByteArray()));
        }
        finally
        {
            File.Delete(secret);
        }
    }

    // CWE-789: the claimed length decides how much memory is asked for.
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(1 << 30)]
    [InlineData((1 << 30) + 1)]
    [InlineData(100_000_000)]
    public void Claimed_lengths_allocate_no_more_than_the_file_holds(int claimed)
    {
        string path = SaveWith((stream, bytes) =>
        {
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, claimed);
            stream.Write(length);
            stream.Write(bytes.AsSpan(4));
        });
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exception error = Assert.ThrowsAny<Exception>(() => _context.Model.Load(path, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30_000_000);
        string message = Chain(error).OfType<DamagedFileException>().First().Message;
        Assert.Contains("damaged", message, StringComparison.Ordinal);
        // Models of more than 1 GiB are saved, so they must load: only what is missing is wrong with a claim of that.
        if (claimed is > 0 and < int.MaxValue)
            Assert.Contains("and ends after", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(500)]
    public void Truncated_models_are_a_typed_error(int kept)
    {
        string path = SaveWith((stream, bytes) => stream.Write(bytes.AsSpan(0, kept)));
        Exception error = Assert.ThrowsAny<Exception>(() => _context.Model.Load(path, out _));
        Assert.Contains("damaged", Chain(error).OfType<DamagedFileException>().First().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Zips_without_the_network_are_a_typed_error()
    {
        string path = SaveWith(write: null);
        Exception error = Assert.ThrowsAny<Exception>(() => _context.Model.Load(path, out _));
        Assert.Contains("no part 'OnnxModel'", Chain(error).OfType<DamagedFileException>().First().Message, StringComparison.Ordinal);
    }

    private static IEnumerable<Exception> Chain(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
            yield return error;
    }

    private static string Refusal(OnnxGraph graph) => Assert.Throws<DamagedFileException>(() => new HashEncoder(graph.ToBytes())).Message;

    /// <summary>Saves a good encoder, then replaces the stream that holds its network.</summary>
    private string SaveWith(Action<Stream, byte[]>? write)
    {
        string path = Path.Combine(_folder.FullName, "model.zip");
        using var encoder = new HashEncoder(TestHashModels.Create(16));
        _context.Model.Save(encoder, inputSchema: null, path);
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Update);
        ZipArchiveEntry entry = zip.Entries.Single(each => each.FullName.EndsWith("OnnxModel", StringComparison.Ordinal));
        var bytes = new MemoryStream();
        using (Stream stream = entry.Open())
            stream.CopyTo(bytes);
        string name = entry.FullName;
        entry.Delete();
        if (write is not null)
            using (Stream stream = zip.CreateEntry(name).Open())
                write(stream, bytes.ToArray());
        return path;
    }
}
