using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Features;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Tests.Features;

namespace SSAH.MLNet.Tests.Retrieval;

public sealed class EncoderComparisonTests
{
    private const int Dimensions = 12, Classes = 3, Bits = 16;

    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void An_encoder_is_compared_as_the_columns_of_what_its_head_says_are(int batchSize)
    {
        Row[] queries = Rows(45, 1), database = Rows(210, 2);
        HashHead head = Head(Matrix(database));
        using var encoder = new HashEncoder(
            head.ToHashModel("test"), inputColumnName: "Features", options: new HashEncodingOptions { BatchSize = batchSize, Workers = 3 });
        RetrievalComparison found = _ml.HashRetrieval.Compare(encoder, Load(queries), Load(database));

        HashHead itq = UnsupervisedHead.Learn(Matrix(database), Bits, whitens: true, seed: 1, default);
        foreach (Row row in queries.Concat(database))
        {
            var features = new FeatureMatrix(1, Dimensions, row.Features);
            row.HashCode = Packed(head.Activations(head.Whiten(features)));
            row.Itq = Packed(itq.Activations(itq.Whiten(features)));
            row.Score = head.Classes!.Probabilities(head.Whiten(features)).Values;
        }
        RetrievalComparison expected = _ml.HashRetrieval.Compare(Load(queries), Load(database),
            new ComparedColumns { UnlabeledCodes = "Itq", Features = "Features", Probabilities = "Score" });
        Assert.Equal(Enum.GetValues<ComparedMethod>(), found.Rankings.Select(ranking => ranking.Method));
        foreach (ComparedRanking ranking in expected.Rankings)
        {
            ComparedRanking same = found.Find(ranking.Method)!;
            Assert.Equal((ranking.Name, ranking.Bits), (same.Name, same.Bits));
            Assert.Equal(ranking.All.MeanAveragePrecision, same.All.MeanAveragePrecision, 1e-4);
            Assert.Equal(ranking.All.Precision, same.All.Precision, 2e-3);
        }
    }

    [Fact]
    public void Rows_without_a_label_are_not_searched_for_but_codes_without_labels_learn_from_them()
    {
        Row[] queries = Rows(30, 3), labeled = Rows(60, 4), more = Rows(300, 5);
        foreach (Row row in more)
            row.Label = "";
        HashHead head = Head(Matrix(labeled));
        using var encoder = new HashEncoder(head.ToHashModel("test"), inputColumnName: "Features");
        RetrievalComparison few = _ml.HashRetrieval.Compare(encoder, Load(queries), Load(labeled)),
            all = _ml.HashRetrieval.Compare(encoder, Load(queries), Load([.. labeled, .. more]));
        Assert.Equal(few.Find(ComparedMethod.TrainedCodes)!.All, all.Find(ComparedMethod.TrainedCodes)!.All);
        Assert.NotEqual(few.Find(ComparedMethod.UnlabeledCodes)!.All, all.Find(ComparedMethod.UnlabeledCodes)!.All);
    }

    [Fact]
    public void Queries_of_classes_that_the_encoder_had_no_label_of_are_told_apart()
    {
        Row[] queries = Rows(40, 6), database = Rows(100, 7);
        byte[] onnx = Head(Matrix(database)).ToHashModel("test", [new(HashModelContract.SummaryKey,
            System.Text.Json.JsonSerializer.Serialize(new HashTrainingSummary { Classes = ["class 0", "class 2"] }))]);
        using var encoder = new HashEncoder(onnx, inputColumnName: "Features");
        ComparedRanking trained = _ml.HashRetrieval.Compare(encoder, Load(queries), Load(database)).Find(ComparedMethod.TrainedCodes)!;
        Assert.Equal(queries.Count(row => row.Label == "class 1"), trained.Unseen!.Value.Queries);
        Assert.Equal(40, trained.Seen!.Value.Queries + trained.Unseen!.Value.Queries);
    }

    [Fact]
    public void An_encoder_that_learned_without_labels_is_no_training()
    {
        Row[] rows = Rows(80, 8);
        using HashEncoder encoder = _ml.Transforms.ItqHash(new ItqHashOptions { Bits = Bits }).Fit(Load(rows));
        RetrievalComparison comparison = _ml.HashRetrieval.Compare(encoder, Load(rows), Load(rows), options: new ComparisonOptions { ExcludeSameRow = true });
        Assert.Equal([ComparedMethod.Chance, ComparedMethod.Cosine, ComparedMethod.UnlabeledCodes],
            comparison.Rankings.Select(ranking => ranking.Method).Order());
        Assert.Contains("No trained codes", comparison.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void A_canceled_comparison_ends()
    {
        Row[] rows = Rows(40, 9);
        using var encoder = new HashEncoder(Head(Matrix(rows)).ToHashModel("test"), inputColumnName: "Features");
        Assert.ThrowsAny<OperationCanceledException>(
            () => _ml.HashRetrieval.Compare(encoder, Load(rows), Load(rows), cancellationToken: new CancellationToken(canceled: true)));
    }

    private static HashHead Head(FeatureMatrix features)
    {
        HashHead head = UnsupervisedHead.Learn(features, Bits, whitens: true, seed: 1, default);
        var random = new Random(2);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(4 * random.NextDouble() - 2))];
        head = head with { Classes = new ClassLayer(new FeatureMatrix(Dimensions, Classes, Draw(Dimensions * Classes)), Draw(Classes), IsMultiLabel: false) };
        return head.Projecting(head.Classes.Beside(head.Whiten(features)),
            new FeatureMatrix(Dimensions + Classes, Bits, Draw((Dimensions + Classes) * Bits)), center: true);
    }

    private static FeatureMatrix Matrix(Row[] rows) => new(rows.Length, Dimensions, [.. rows.SelectMany(row => row.Features)]);

    private static byte[] Packed(FeatureMatrix activations)
    {
        byte[] packed = new byte[Bits / 8];
        BinaryCodes.FromActivations(Bits, activations.Values).CopyPacked(0, packed);
        return packed;
    }

    private static Row[] Rows(int count, int seed)
    {
        (FeatureMatrix features, int[] groups) = Clusters.Draw(count, Dimensions, Classes, seed);
        return [.. Enumerable.Range(0, count).Select(row => new Row { Features = features.Row(row).ToArray(), Label = $"class {groups[row]}" })];
    }

    private IDataView Load(Row[] rows) => _ml.Data.LoadFromEnumerable(rows);

    private sealed class Row
    {
        [VectorType(Bits / 8)]
        public byte[] HashCode { get; set; } = [];

        [VectorType(Bits / 8)]
        public byte[] Itq { get; set; } = [];

        [VectorType(Dimensions)]
        public float[] Features { get; set; } = [];

        [VectorType(Classes)]
        public float[] Score { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
