using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Tests.Trainer;

namespace SSAH.MLNet.Training.Tests.Data;

public sealed class PixelStoreTests
{
    // One image a chunk: some chunks in memory, some mapped.
    [Theory]
    [InlineData(0, 5)]
    [InlineData(2, 3)]
    [InlineData(9, 0)]
    public void Images_are_the_same_in_memory_and_in_a_mapped_file(int inMemory, int mapped)
    {
        const int size = 40 << 20;
        var store = new PixelStore(size, (long)inMemory * size);
        for (byte i = 1; i <= 5; i++)
        {
            var image = store.Add();
            (image[0], image[size / 2], image[^1]) = (i, (byte)(2 * i), (byte)(3 * i));
        }
        Assert.Equal((long)mapped * size, store.MappedBytes);
        for (int i = 0; i < 5; i++)
            Assert.Equal((size, i + 1, 2 * i + 2, 3 * i + 3), (store[i].Length, store[i][0], store[i][size / 2], store[i][^1]));
        Assert.Empty(Directory.EnumerateFiles(Path.GetTempPath(), "ssah-*.pixels"));
    }

    [Fact]
    public void A_training_from_a_mapped_file_gives_the_same_codes_and_says_what_it_takes()
    {
        var ml = new MLContext(1);
        var log = new List<string>();
        ml.Log += (_, e) => log.Add(e.Message);
        float[] Train(int megabytes)
        {
            var options = Images.Options(steps: 3);
            options.PixelMemoryMegabytes = megabytes;
            var data = Images.View(ml, Images.Draw(60, 3));
            using var encoder = ml.Transforms.SsahHash(options).Fit(data);
            return [.. encoder.Transform(data).GetColumn<float[]>("HashCodeActivation").SelectMany(row => row)];
        }
        Assert.Equal(Train(1), Train(0));
        Assert.Contains(log, line => line.Contains("The pixels of 60 images of 3x16x16 take 0 MB of memory", StringComparison.Ordinal));
        Assert.Contains(log, line => line.Contains("more than PixelMemoryMegabytes (0 MB): the rest lies in mapped files", StringComparison.Ordinal));
    }
}
