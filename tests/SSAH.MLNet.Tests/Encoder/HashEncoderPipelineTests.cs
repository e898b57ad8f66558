using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace SSAH.MLNet.Tests.Encoder;

public sealed class HashEncoderPipelineTests : IDisposable
{
    private readonly MLContext _context = new(seed: 3);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-pipeline-");
    private readonly string _onnx;

    public HashEncoderPipelineTests()
    {
        _onnx = Path.Combine(_folder.FullName, "model.onnx");
        File.WriteAllBytes(_onnx, TestHashModels.Create(16));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Prediction_engines_encode_each_image_and_may_be_disposed()
    {
        byte[][] images = TestHashModels.Images(12);
        IDataView rows = PixelRows.Create(images, TestHashModels.Shape, isBytes: false, isInterleaved: false);
        using var encoder = new HashEncoder(TestHashModels.Create(16));
        byte[][] expected = CodeRows.Codes(encoder.Transform(rows));
        for (int pass = 0; pass < 2; pass++)
        {
            using PredictionEngine<Image, Code> engine = _context.Model.CreatePredictionEngine<Image, Code>(encoder);
            for (int row = 0; row < images.Length; row++)
            {
                Code code = engine.Predict(new Image { Pixels = TestHashModels.Flatten([images[row]]) });
                Assert.Equal(expected[row], code.HashCode);
                Assert.Equal(expected[row], CodeRows.Pack(code.HashCodeActivation));
            }
        }
        Assert.False(encoder.Model.IsOpen);
        Assert.Equal(expected, CodeRows.Codes(encoder.Transform(rows)));
    }

    [Fact]
    public void Trainers_run_on_the_activations()
    {
        byte[][] images = TestHashModels.Images(200);
        var rows = _context.Data.LoadFromEnumerable(images.Select(image => new LabeledImage
        {
            Pixels = TestHashModels.Flatten([image]),
            Label = image.Average(value => value) > 127,
        }));
        var encode = _context.Transforms.ApplyHashEncoder(_onnx).Append(_context.Transforms.NormalizeMinMax("Features", "HashCodeActivation"));

        var classifier = encode.AppendCacheCheckpoint(_context).Append(_context.BinaryClassification.Trainers.SdcaLogisticRegression());
        BinaryClassificationMetrics metrics = _context.BinaryClassification.Evaluate(classifier.Fit(rows).Transform(rows));
        Assert.InRange(metrics.Accuracy, 0.9, 1);

        var clusters = encode.Append(_context.Clustering.Trainers.KMeans(numberOfClusters: 3));
        uint[] assigned = [.. clusters.Fit(rows).Transform(rows).GetColumn<uint>("PredictedLabel")];
        Assert.Equal(200, assigned.Length);
        Assert.InRange(assigned.Distinct().Count(), 2, 3);
    }

    [Fact]
    public void Image_files_are_encoded_through_the_stock_steps()
    {
        var random = new Random(5);
        ImageFile[] files = [.. Enumerable.Range(0, 9)
            .Select(index => Draw(index, (byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)))];
        IDataView rows = _context.Data.LoadFromEnumerable(files);
        byte[][][] codes = [.. from bytes in new[] { false, true }
                               from interleaved in new[] { false, true }
                               select CodeRows.Codes(Pipeline(bytes, interleaved).Fit(rows).Transform(rows))];
        Assert.All(codes, some => Assert.Equal(codes[0], some));
        Assert.InRange(codes[0].Select(Convert.ToHexString).Distinct().Count(), 2, 9);

        using HashEncoder encoder = _context.Transforms.ApplyHashEncoder(_onnx)
            .Fit(PixelRows.Create([new byte[360]], TestHashModels.Shape, true, false));
        byte[][] direct = [.. files.Select(file => CodeRows.Pack(encoder.EncodeActivations(Solid(file))))];
        Assert.Equal(direct, codes[0]);
    }

    private EstimatorChain<HashEncoder> Pipeline(bool bytes, bool interleaved) =>
        _context.Transforms.LoadImages("Image", _folder.FullName, nameof(ImageFile.Name))
            .Append(_context.Transforms.ResizeImages("Image", imageWidth: 10, imageHeight: 12, resizing: ImageResizingEstimator.ResizingKind.Fill))
            .Append(_context.Transforms.ExtractPixels("Pixels", "Image", interleavePixelColors: interleaved, outputAsFloatArray: !bytes))
            .Append(_context.Transforms.ApplyHashEncoder(_onnx));

    private ImageFile Draw(int index, byte red, byte green, byte blue)
    {
        string name = $"{index}.png";
        byte[] pixels = [.. Enumerable.Repeat(new[] { blue, green, red, (byte)255 }, 20 * 24).SelectMany(pixel => pixel)];
        using MLImage image = MLImage.CreateFromPixels(20, 24, MLPixelFormat.Bgra32, pixels);
        image.Save(Path.Combine(_folder.FullName, name));
        return new ImageFile { Name = name, Color = [red, green, blue] };
    }

    private static float[] Solid(ImageFile file) => [.. file.Color.SelectMany(value => Enumerable.Repeat((float)value, 12 * 10))];

    private sealed class ImageFile
    {
        public required string Name { get; set; }

        [NoColumn]
        public required byte[] Color { get; set; }
    }

    private sealed class Image
    {
        [VectorType(3, 12, 10)]
        public float[] Pixels { get; set; } = [];
    }

    private sealed class LabeledImage
    {
        [VectorType(3, 12, 10)]
        public required float[] Pixels { get; set; }

        public bool Label { get; set; }
    }

    private sealed class Code
    {
        public byte[] HashCode { get; set; } = [];

        public float[] HashCodeActivation { get; set; } = [];
    }
}
