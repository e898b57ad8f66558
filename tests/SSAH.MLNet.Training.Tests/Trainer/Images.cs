using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Training.Data;

namespace SSAH.MLNet.Training.Tests.Trainer;

/// <summary>A row as ExtractPixels makes it: 16x16 images of stripes whose direction is the class, in random color, with noise.</summary>
internal sealed class Image
{
    public const int Side = 16;
    public const int Classes = 3;

    [VectorType(3, Side, Side)]
    public float[] Pixels { get; set; } = [];

    /// <summary>ML.NET counts a plain key property from zero; its largest value is "missing".</summary>
    [KeyType(Classes)]
    public uint Label { get; set; } = uint.MaxValue;

    public int Class { get; set; }
}

internal static class Images
{
    /// <summary>Images of all classes in turn, of which every n-th has its label.</summary>
    public static Image[] Draw(int count, int labeledEvery, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => Draw(i % Image.Classes, labeled: labeledEvery > 0 && i / Image.Classes % labeledEvery == 0, random))];
    }

    public static IDataView View(MLContext ml, IEnumerable<Image> images) => ml.Data.LoadFromEnumerable(images);

    /// <summary>The same images as a training set.</summary>
    public static TrainingSet Set(int count, int labeledEvery)
    {
        var builder = new TrainingSet.Builder(new PixelShape(3, Image.Side, Image.Side));
        foreach (var image in Draw(count, labeledEvery))
        {
            var target = builder.Add(image.Label == uint.MaxValue ? [] : [image.Class]);
            for (int i = 0; i < target.Length; i++)
                target[i] = (byte)image.Pixels[i];
        }
        return builder.Build(Image.Classes, multiLabel: false, names: null, validationFraction: 0, seed: 1);
    }

    /// <summary>Options that train for a moment on such images.</summary>
    public static SsahTrainer.Options Options(int steps = 40) => new()
    {
        Bits = 16,
        Backbone = Backbone.SmallResNet(16),
        Stopping = { MaxSteps = steps },
        Optimization = { LabeledBatchSize = 12 },
        HardSamples = { Source = HardSampleSource.Adversarial },
        Consistency = { UnlabeledBatchSize = 24, ConfidenceThreshold = 0.4, TeacherDecay = 0.9 },
        Augmentation = { HorizontalFlip = false },
        ReportEverySteps = 10,
        Precision = TrainingPrecision.Float32,
        Seed = 7,
    };

    private static Image Draw(int label, bool labeled, Random random)
    {
        float[] pixels = new float[3 * Image.Side * Image.Side];
        double phase = random.NextDouble() * 6;
        double[] color = [random.NextDouble(), random.NextDouble(), random.NextDouble()];
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < Image.Side; y++)
                for (int x = 0; x < Image.Side; x++)
                {
                    double position = label switch { 0 => x, 1 => y, _ => (x + y) / 1.4 };
                    double wave = Math.Sin(position * 1.6 + phase) > 0 ? 90 : -60;
                    pixels[(c * Image.Side + y) * Image.Side + x] = (float)Math.Clamp(110 + wave * (0.4 + color[c]) + random.NextDouble() * 60 - 30, 0, 255);
                }
        return new Image { Pixels = pixels, Class = label, Label = labeled ? (uint)label : uint.MaxValue };
    }
}
