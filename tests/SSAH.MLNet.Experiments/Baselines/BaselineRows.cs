using MathNet.Numerics.LinearAlgebra;

namespace SSAH.MLNet.Experiments;

/// <summary>What deep hashing has to beat: codes without training on labels, and the code of a class.</summary>
internal static class BaselineRows
{
    private const int Bits = 48;
    private const int BackboneSide = 160;

    public static IReadOnlyList<ExperimentRow> All { get; } =
    [
        new("random", "random codes", Baseline: (data, seed) => new(Random(data.Split.Queries.Count, seed), Random(data.Split.Database.Count, seed + 1))),
        new("lsh", "LSH on pixels", Baseline: (data, seed) => Project(data, seed, FeatureVectors.Pixels, RandomHyperplanes.Learn)),
        new("itq", "PCA-ITQ on pixels", Baseline: (data, seed) => Project(data, seed, FeatureVectors.Pixels, PcaItq.Learn)),
        new("lsh-mobilenet", "LSH on MobileNetV1 0.5 features (pretrained)", Baseline: (data, seed) => Project(data, seed, MobileNet, RandomHyperplanes.Learn)),
        new("itq-mobilenet", "PCA-ITQ on MobileNetV1 0.5 features (pretrained)", Baseline: (data, seed) => Project(data, seed, MobileNet, PcaItq.Learn)),
    ];

    /// <summary>Learns a projection from vectors (one a row) to a number of bits.</summary>
    private delegate Projection Learner(Matrix<float> training, int bits, int seed);

    private static Matrix<float> MobileNet(ExperimentData data, IReadOnlyList<int> rows) =>
        FeatureVectors.Backbone(data, rows, data.BackboneFile("mobilenet_v1_0.5_160_quant.onnx"), BackboneSide);

    private static BinaryCodes Random(int count, int seed)
    {
        byte[] packed = new byte[count * Bits / 8];
        new Random(seed).NextBytes(packed);
        return BinaryCodes.FromPacked(Bits, packed);
    }

    private static BaselineCodes Project(ExperimentData data, int seed, Func<ExperimentData, IReadOnlyList<int>, Matrix<float>> features, Learner learn)
    {
        const int sample = 10_000;
        int[] training = [.. data.Training];
        new Random(seed).Shuffle(training);
        var projection = learn(features(data, training[..Math.Min(sample, training.Length)]), Bits, seed);
        return new(projection.Encode(features(data, data.Split.Queries)), projection.Encode(features(data, data.Split.Database)));
    }
}
