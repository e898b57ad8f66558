using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Perceptual;
using SSAH.MLNet.Tests.Encoder;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Tests.Perceptual;

public sealed class PerceptualHashTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-perceptual-");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<PerceptualHashKind, int> Hashes => new(
        from kind in Enum.GetValues<PerceptualHashKind>() from bits in PerceptualHashModel.Lengths select (kind, bits));

    [Theory]
    [MemberData(nameof(Hashes))]
    public void The_graph_computes_what_plain_loops_compute(PerceptualHashKind kind, int bits)
    {
        using HashEncoder encoder = HashEncoder.PerceptualHash(kind, bits);
        int side = encoder.InputShape.Width;
        var random = new Random(bits);
        for (int image = 0; image < 5; image++)
        {
            float[] pixels = [.. Enumerable.Range(0, 3 * side * side).Select(_ => (float)random.Next(256))];
            double[] expected = NaivePerceptualHash.Activations(kind, bits, pixels, side);
            float[] actual = encoder.EncodeActivations(pixels);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
            BinaryCodes code = encoder.Encode(pixels);
            for (int bit = 0; bit < bits; bit++)
                if (Math.Abs(expected[bit]) > 1e-4)
                    Assert.Equal(expected[bit] > 0, (code[0][bit / 64] >> (bit % 64) & 1) == 1);
        }
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public void Copies_keep_most_bits_and_other_images_do_not(PerceptualHashKind kind, int bits)
    {
        using HashEncoder encoder = HashEncoder.PerceptualHash(kind, bits);
        (List<int> ofCopies, List<int> ofOthers) = ([], []);
        for (int seed = 0; seed < 12; seed++)
        {
            BinaryCodes code = encoder.EncodeImage(DrawnScenes.Draw(seed, 400, 300));
            byte[][] copies =
            [
                DrawnScenes.Draw(seed, 200, 150), DrawnScenes.Draw(seed, 300, 400), DrawnScenes.Draw(seed, 400, 300, SKEncodedImageFormat.Jpeg, 40),
                    DrawnScenes.Draw(seed, 400, 300, brighter: 0.2),
            ];
            int[] distances = [.. copies.Select(copy => Distance(code, encoder.EncodeImage(copy)))];
            ofOthers.Add(Distance(code, encoder.EncodeImage(DrawnScenes.Draw(seed + 100, 400, 300))));
            Assert.All(distances, distance => Assert.InRange(distance, 0, ofOthers[^1] - 1));
            ofCopies.AddRange(distances);
        }
        Assert.InRange(ofCopies.Average(), 0, bits / 12.0);
        Assert.InRange(ofOthers.Average(), bits / 4.0, bits);
    }

    [Fact]
    public void An_image_of_one_color_has_the_code_of_zeros()
    {
        foreach ((PerceptualHashKind kind, int bits) in Hashes.Select(row => row.Data))
        {
            using HashEncoder encoder = HashEncoder.PerceptualHash(kind, bits);
            foreach (SKColor color in new[] { SKColors.White, SKColors.Black, SKColors.Salmon })
                Assert.All(encoder.EncodeImage(DrawnFiles.Draw(SKEncodedImageFormat.Jpeg, 90, 70, (_, _) => color))[0].ToArray(),
                    word => Assert.Equal(0UL, word));
        }
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public void The_code_of_a_turned_image_is_that_pose_of_the_code(PerceptualHashKind kind, int bits)
    {
        using HashEncoder encoder = HashEncoder.PerceptualHash(kind, bits);
        for (int seed = 0; seed < 4; seed++)
        {
            // Of the input's size, so that nothing is resampled: what is drawn turned is the turned pixels.
            int side = encoder.InputShape.Width;
            BinaryCodes poses = encoder.EncodeImagePoses(DrawnScenes.Draw(seed, side, side).ToFile(_folder, $"{seed}.png"));
            Assert.Equal((8, encoder.ModelId), (poses.Count, poses.ModelId));
            foreach (ImagePose pose in Enum.GetValues<ImagePose>())
            {
                byte[] turned = DrawnScenes.Draw(seed, side, side, pose: pose);
                Assert.Equal(poses[(int)pose], encoder.EncodeImage(turned)[0]);
                // The eight codes of a turned image are the same eight codes in another order.
                BinaryCodes again = encoder.EncodeImagePoses(new MemoryStream(turned));
                foreach (ImagePose next in Enum.GetValues<ImagePose>())
                    Assert.Equal(poses[(int)pose.Then(next)], again[(int)next]);
            }
        }
    }

    [Fact]
    public void Poses_of_a_DCT_hash_follow_from_its_activations()
    {
        using HashEncoder encoder = HashEncoder.PerceptualHash();
        int side = encoder.InputShape.Width;
        (int Down, int Across)[] frequencies = [.. PerceptualHashModel.FrequenciesOf(64)];
        Assert.Equal(64, frequencies.Distinct().Count());
        float offset = PerceptualHashModel.OffsetOf(PerceptualHashKind.Dct, 64);
        var random = new Random(5);
        float[] plane = [.. Enumerable.Range(0, side * side).Select(_ => (float)random.Next(256))];
        float[] upright = encoder.EncodeActivations([.. plane, .. plane, .. plane]), mirrored = new float[plane.Length], transposed = new float[plane.Length];
        ImagePose.Mirrored.Apply<float>(plane, side, mirrored);
        ImagePose.MirroredTurned270.Apply<float>(plane, side, transposed);
        float[] ofMirrored = encoder.EncodeActivations([.. mirrored, .. mirrored, .. mirrored]),
            ofTransposed = encoder.EncodeActivations([.. transposed, .. transposed, .. transposed]);
        for (int bit = 0; bit < 64; bit++)
        {
            float frequency = upright[bit] + offset;
            Assert.Equal(frequencies[bit].Across % 2 == 0 ? frequency : -frequency, ofMirrored[bit] + offset, 1e-4);
            int exchanged = Array.IndexOf(frequencies, (frequencies[bit].Across, frequencies[bit].Down));
            Assert.Equal(frequency, ofTransposed[exchanged] + offset, 1e-4);
        }
    }

    [Fact]
    public void It_is_an_encoder_like_any_other()
    {
        var context = new MLContext(1);
        string[] files = [.. Enumerable.Range(0, 6).Select(seed => DrawnScenes.Draw(seed, 50 + 30 * seed, 120).ToFile(_folder, $"{seed}.png"))];
        using HashEncoder encoder = HashEncoder.PerceptualHash();
        ImageFiles rows = context.Data.LoadImageFolder(_folder.FullName, encoder);
        using HashEncoder fitted = context.Transforms.PerceptualHash().Fit(rows);
        byte[][] expected = CodeRows.Codes(fitted.Transform(rows));
        Assert.Equal(expected, files.Select(file => Packed(encoder.EncodeImage(file))));

        string zip = Path.Combine(_folder.FullName, "hash.zip");
        context.Model.Save(fitted, rows.Schema, zip);
        using HashEncoder loaded = new MLContext().Model.Load(zip, out _).GetHashEncoder();
        Assert.Equal((encoder.ModelId, ImageResizing.Stretch), (loaded.ModelId, loaded.Resizing));
        Assert.Equal(expected, CodeRows.Codes(loaded.Transform(rows)));

        // ML.NET's images of any size are stretched too, not cropped.
        IDataView paths = context.Data.LoadFromEnumerable(files.Select(path => new Row { Path = path }));
        IDataView images = context.Transforms.LoadImages("Pixels", "", nameof(Row.Path)).Fit(paths).Transform(paths);
        Assert.Equal(expected, CodeRows.Codes(encoder.Transform(images)));

        HammingIndex index = context.HashRetrieval.CreateIndex(fitted.Transform(rows), idColumnName: "ImagePath");
        Assert.Equal(encoder.ModelId, index.ModelId);
        Assert.Equal(files[3], index.KeyOf(index.Search(encoder.EncodeImage(DrawnScenes.Draw(3, 70, 60)), 1)[0][0].Id));
    }

    // Codes are kept for years: whoever changes a hash has to give it another name.
    [Fact]
    public void Models_never_change()
    {
        Assert.Equal(
            [
                "sha256:7d42519cb22aac4a5bbb4596dc91446239b880a433c5573c5cebba2861cdeadb",
                "sha256:f6a6cb22c8419b01c316616fb3730d6d3c11cff5bb315a541b7ebc6ee8e2a439",
                "sha256:3b32163e0579cb303a8e8272b1bb8ae227518aab9c906af928a80a479bd29bdf",
                "sha256:2228dd36140cbf9d780bb8e9b51839130e612d9a4d555ea5d2e8446bf15ffe81",
            ],
            Hashes.Select(row =>
            {
                using HashEncoder encoder = HashEncoder.PerceptualHash(row.Data.Item1, row.Data.Item2);
                return encoder.ModelId;
            }));
    }

    [Fact]
    public void What_there_is_not_is_refused()
    {
        Assert.Contains("64 or 256", Assert.Throws<ArgumentOutOfRangeException>(() => HashEncoder.PerceptualHash(bits: 128)).Message, StringComparison.Ordinal);
        Assert.Contains("Dct and Difference", Assert.Throws<ArgumentOutOfRangeException>(() =>
            HashEncoder.PerceptualHash((PerceptualHashKind)7)).Message, StringComparison.Ordinal);
        using var wide = new HashEncoder(TestHashModels.Create(16));
        Assert.Contains("10 pixels wide and 12 high", Assert.Throws<InvalidOperationException>(() => wide.EncodePoses(new float[360])).Message,
            StringComparison.Ordinal);
    }

    private static int Distance(BinaryCodes first, BinaryCodes second)
    {
        int distance = 0;
        for (int word = 0; word < first.WordsPerCode; word++)
            distance += System.Numerics.BitOperations.PopCount(first[0][word] ^ second[0][word]);
        return distance;
    }

    private static byte[] Packed(BinaryCodes code)
    {
        var packed = new byte[code.BytesPerCode];
        code.CopyPacked(0, packed);
        return packed;
    }

    private sealed class Row
    {
        public string Path { get; set; } = "";
    }
}
