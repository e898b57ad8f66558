using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Tests.Retrieval;

public sealed class ComparisonTests
{
    private static readonly ComparedColumns s_all = new() { UnlabeledCodes = "Itq", Features = "Features", Probabilities = "Score" };

    private readonly MLContext _ml = new(1);

    [Fact]
    public void Every_column_is_compared_in_one_table_with_one_sentence()
    {
        var lines = new List<string>();
        _ml.Log += (_, line) => lines.Add(line.RawMessage);
        RetrievalComparison comparison = _ml.HashRetrieval.Compare(Load(Rows(30, 1)), Load(Rows(200, 2)), s_all,
            new ComparisonOptions { LabeledClasses = ["class 0", "class 1"] });
        Assert.Equal(Enum.GetValues<ComparedMethod>(), comparison.Rankings.Select(ranking => ranking.Method));
        ComparedRanking trained = comparison.Find(ComparedMethod.TrainedCodes)!;
        Assert.Equal((8, 16), (comparison.Find(ComparedMethod.UnlabeledCodes)!.Bits, trained.Bits));
        Assert.Equal(30, trained.Seen!.Value.Queries + trained.Unseen!.Value.Queries);
        HammingRetrievalMetrics metrics = _ml.HashRetrieval.Evaluate(Load(Rows(30, 1)), Load(Rows(200, 2)));
        Assert.Equal(metrics.MeanAveragePrecision, trained.All.MeanAveragePrecision, 1e-9);
        Assert.Equal(metrics.Cutoffs.Single(cut => cut.K == 10).Precision, trained.All.Precision, 1e-9);
        // Probabilities are the class itself, features a third of it, so the order is known.
        Assert.Equal(1, comparison.Find(ComparedMethod.ClassRanking)!.All.MeanAveragePrecision, 1e-9);
        Assert.True(comparison.Find(ComparedMethod.Cosine)!.All.MeanAveragePrecision > comparison.Find(ComparedMethod.Chance)!.All.MeanAveragePrecision + .1);
        Assert.Contains(comparison.Verdict, lines.Single(line => line.Contains("raining", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_columns_that_are_named_are_compared()
    {
        Row[] rows = Rows(40, 1);
        RetrievalComparison comparison = _ml.HashRetrieval.Compare(Load(rows), Load(rows), options: new ComparisonOptions { ExcludeSameRow = true });
        Assert.Equal([ComparedMethod.Chance, ComparedMethod.TrainedCodes], comparison.Rankings.Select(ranking => ranking.Method));
        Assert.Contains("give features", comparison.Verdict, StringComparison.Ordinal);
        RetrievalComparison features = _ml.HashRetrieval.Compare(Load(rows), Load(rows), new ComparedColumns { TrainedCodes = null, Features = "Features" });
        Assert.Contains("No trained codes", features.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_columns_are_named()
    {
        IDataView rows = Load(Rows(4, 1));
        Assert.Contains("'Vector'", Assert.Throws<ArgumentException>(() =>
            _ml.HashRetrieval.Compare(rows, rows, new ComparedColumns { Features = "Vector" })).Message, StringComparison.Ordinal);
        Assert.Contains("'Label'", Assert.Throws<ArgumentException>(() =>
            _ml.HashRetrieval.Compare(rows, rows, new ComparedColumns { Features = "Label" })).Message, StringComparison.Ordinal);
        IDataView narrow = _ml.Transforms.CopyColumns("Features", "Score").Fit(rows).Transform(rows);
        Assert.Contains("6 values in the queries and 3 in the database", Assert.Throws<ArgumentException>(
            () => _ml.HashRetrieval.Compare(rows, narrow, new ComparedColumns { Features = "Features" })).Message, StringComparison.Ordinal);
    }

    private static Row[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            int label = random.Next(3);
            var row = new Row { Label = $"class {label}", HashCode = new byte[2], Itq = new byte[1], Features = new float[6], Score = new float[3] };
            random.NextBytes(row.HashCode);
            random.NextBytes(row.Itq);
            row.HashCode[0] = (byte)(label * 85);
            for (int d = 0; d < row.Features.Length; d++)
                row.Features[d] = 100 + random.NextSingle() + (d == label ? .5f : 0);
            row.Score[label] = 1;
            return row;
        })];
    }

    private IDataView Load(Row[] rows) => _ml.Data.LoadFromEnumerable(rows);

    private sealed class Row
    {
        [VectorType(2)]
        public byte[] HashCode { get; set; } = [];

        [VectorType(1)]
        public byte[] Itq { get; set; } = [];

        [VectorType(6)]
        public float[] Features { get; set; } = [];

        [VectorType(3)]
        public float[] Score { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
