using System.Text;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Training.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Checkpoints;

public sealed class SafeTensorsTests
{
    private static byte[] File()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        SafeTensors.Write(stream,
        [
            new("weight", arange(6, dtype: ScalarType.Float32).view(2, 3).t()),
            new("half", ones(2, dtype: ScalarType.BFloat16)),
            new("mean", tensor(0.5)),
            new("none", zeros(0, 4)),
            new("state", tensor(new byte[] { 1, 2, 255 })),
        ]);
        return stream.ToArray();
    }

    [Fact]
    public void What_is_written_is_read()
    {
        var read = SafeTensors.Read(File(), "file");
        Assert.Equal(["weight", "half", "mean", "none", "state"], read.Keys);
        using var scope = NewDisposeScope();
        Assert.Equal([0f, 3, 1, 4, 2, 5], read["weight"].ToTensor().data<float>().ToArray());
        Assert.Equal((ScalarType.BFloat16, 2L), (read["half"].Type, read["half"].ToTensor().numel()));
        Assert.Equal(0.5, read["mean"].ToTensor().ToDouble());
        Assert.Equal([0, 4], read["none"].Shape);
        Assert.Equal([1, 2, 255], read["state"].ToTensor().data<byte>().ToArray());
    }

    // As the format's description has it: eight bytes of length, little-endian, JSON, values.
    [Fact]
    public void A_file_written_by_hand_is_read()
    {
        byte[] header = Encoding.UTF8.GetBytes("""{"__metadata__":{"by":"hand"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""");
        byte[] file = [.. BitConverter.GetBytes((long)header.Length), .. header, .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)];
        using var values = Assert.Single(SafeTensors.Read(file, "file")).Value.ToTensor();
        Assert.Equal([1.5f, -2], values.data<float>().ToArray());
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] file = File();
        for (int length = 0; length < file.Length; length++)
            Assert.Throws<DamagedFileException>(() => SafeTensors.Read(file.AsMemory(0, length), "file"));
    }

    // A checkpoint's SHA-256 finds every flip; what the header alone lets through must fit the file all the same.
    [Fact]
    public void Every_flipped_bit_of_the_header_is_refused_or_gives_tensors_within_the_file()
    {
        byte[] file = File();
        int end = 8 + (int)BitConverter.ToInt64(file);
        for (int bit = 0; bit < 8 * end; bit++)
        {
            byte[] flipped = [.. file];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            try
            {
                Assert.All(SafeTensors.Read(flipped, "file").Values, tensor => Assert.InRange(tensor.Values.Length, 0, file.Length));
            }
            catch (DamagedFileException)
            {
                // As it should be.
            }
        }
    }
}
