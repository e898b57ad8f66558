using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Tests.Retrieval;

public sealed class HammingRetrievalEvaluatorTests
{
    private static readonly RetrievalOptions s_quick = new() { BootstrapSamples = 0 };

    private readonly MLContext _context = new(1);

    [Fact]
    public void Packed_codes_and_keys_give_the_figures_of_the_plain_evaluation()
    {
        (KeyRow[] queries, KeyRow[] database) = (KeyRows(20, 1), KeyRows(90, 2));
        HammingRetrievalMetrics found = _context.HashRetrieval.Evaluate(Load(queries), Load(database), options: s_quick);
        HammingRetrievalMetrics plain = _context.HashRetrieval.Evaluate(
            Codes(queries), LabelSets.FromClasses([.. queries.Select(row => row.Class)]),
            Codes(database), LabelSets.FromClasses([.. database.Select(row => row.Class)]), s_quick);
        Assert.Equal(plain.ToJson(), found.ToJson());
        Assert.Equal(16, found.Bits);
    }

    [Fact]
    public void Activations_give_the_same_figures_as_their_bits()
    {
        (KeyRow[] queries, KeyRow[] database) = (KeyRows(20, 1), KeyRows(90, 2));
        HammingRetrievalMetrics packed = _context.GetHashRetrieval().Evaluate(Load(queries), Load(database), options: s_quick);
        HammingRetrievalMetrics signs = _context.HashRetrieval.Evaluate(Load(queries), Load(database), "HashCodeActivation", options: s_quick);
        Assert.Equal(packed.MeanAveragePrecision, signs.MeanAveragePrecision);
        Assert.Equal(packed.StableMeanAveragePrecision, signs.StableMeanAveragePrecision);
        Assert.Null(packed.Codes!.NearZeroActivationShare);
        Assert.InRange(signs.Codes!.NearZeroActivationShare!.Value, 0.01, 0.5);
    }

    [Fact]
    public void Re_ranking_finds_the_activations_beside_the_codes()
    {
        RetrievalOptions options = s_quick with { AsymmetricDepth = 30 };
        IDataView queries = Load(KeyRows(20, 1)), database = Load(KeyRows(90, 2));
        HammingRetrievalMetrics packed = _context.HashRetrieval.Evaluate(queries, database, options: options);
        HammingRetrievalMetrics signs = _context.HashRetrieval.Evaluate(queries, database, "HashCodeActivation", options: options);
        Assert.Equal(packed.Asymmetric, signs.Asymmetric);
        Assert.Equal(30, packed.Asymmetric!.Depth);
        Assert.Contains("asymmetric", packed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_are_matched_by_name_across_views()
    {
        // The second view meets the classes in another order, and one that the first has not.
        TextRow[] queries = [new([1], "cat"), new([2], "dog"), new([4], "")];
        TextRow[] database = [new([7], "bird"), new([2], "dog"), new([1], "cat"), new([3], "dog")];
        HammingRetrievalMetrics metrics = _context.HashRetrieval.Evaluate(Keyed(queries), Keyed(database), options: s_quick);
        Assert.Equal(1, metrics.UnlabeledQueries);
        Assert.Equal([1, 2], metrics.Queries.Select(q => q.Relevant));
        Assert.Equal(["cat", "dog"], metrics.Classes.Select(c => c.Name));
        Assert.Equal(1, metrics.Queries[0].AveragePrecision);
    }

    [Fact]
    public void Multi_hot_labels_give_graded_figures()
    {
        MultiHotRow[] rows = [new([0], [1, 1, 0]), new([1], [0, 1, float.NaN]), new([2], [float.NaN, float.NaN, float.NaN])];
        IDataView data = _context.Data.LoadFromEnumerable(rows);
        HammingRetrievalMetrics metrics = _context.HashRetrieval.Evaluate(data, data, options: s_quick);
        Assert.Equal((2, 1, 2, 1), (metrics.QueryCount, metrics.UnlabeledQueries, metrics.DatabaseCount, metrics.UnlabeledDatabaseRows));
        Assert.NotNull(metrics.WeightedAveragePrecision);
        Assert.Equal(1, metrics.Cutoffs[0].Ndcg!.Value, 1e-12);
        Assert.Equal(1.5, metrics.Cutoffs[0].Acg!.Value, 1e-12);
    }

    [Fact]
    public void The_annotation_tells_the_bits()
    {
        IDataView data = new EncodedView(_context.Data.LoadFromEnumerable<TextRow>([new([0b1011], "a"), new([0b0001], "b")]), bits: 4);
        IDataView keyed = _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        Assert.Equal(4, _context.HashRetrieval.Evaluate(keyed, keyed, options: s_quick).Bits);
        IDataView wrong = new EncodedView(_context.Data.LoadFromEnumerable<TextRow>([new([0b1011], "a"), new([0b1000_0001], "b")]), bits: 4);
        IDataView keyedWrong = _context.Transforms.Conversion.MapValueToKey("Label").Fit(wrong).Transform(wrong);
        Assert.Contains("Row 1 of code column 'HashCode'",
            Assert.Throws<InvalidDataException>(() => _context.HashRetrieval.Evaluate(keyedWrong, keyedWrong)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_headline_reaches_the_log()
    {
        var lines = new List<string>();
        _context.Log += (_, line) => lines.Add(line.Message);
        IDataView data = Load(KeyRows(9, 1));
        _context.HashRetrieval.Evaluate(data, data, options: s_quick);
        Assert.Contains(lines, line => line.Contains("mAP", StringComparison.Ordinal));
    }

    [Fact]
    public void Queries_that_are_the_database_are_warned_of_and_counted()
    {
        var warnings = new List<string>();
        _context.Log += (_, line) =>
        {
            if (line.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(line.RawMessage);
        };
        KeyRow[] rows = KeyRows(20, 1);
        IDataView data = Load(rows);
        HammingRetrievalMetrics same = _context.HashRetrieval.Evaluate(data, Load(rows), options: s_quick);
        Assert.Equal(same.QueryCount, same.PossibleSelfMatches);
        Assert.Contains("ExcludeSameRow", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Contains("may have found themselves: set ExcludeSameRow", same.ToString(), StringComparison.Ordinal);
        Assert.Equal(same.PossibleSelfMatches, HammingRetrievalMetrics.FromJson(same.ToJson()).PossibleSelfMatches);

        HammingRetrievalMetrics apart = _context.HashRetrieval.Evaluate(data, data, options: s_quick with { ExcludeSameRow = true });
        Assert.Equal(0, apart.PossibleSelfMatches);
        Assert.True(apart.MeanAveragePrecision < same.MeanAveragePrecision);
        Assert.Equal(0, _context.HashRetrieval.Evaluate(data, Load(KeyRows(20, 2)), options: s_quick).PossibleSelfMatches);
        Assert.Single(warnings);
    }

    [Fact]
    public void Codes_are_read_without_an_evaluation()
    {
        KeyRow[] rows = KeyRows(20, 1);
        Assert.Equal(Codes(rows).Words.ToArray(), _context.HashRetrieval.ReadCodes(Load(rows)).Words.ToArray());
        Assert.Equal(Codes(rows).Words.ToArray(), _context.HashRetrieval.ReadCodes(Load(rows), "HashCodeActivation").Words.ToArray());
        Fails(() => _context.HashRetrieval.ReadCodes(Load(rows), "Label"), "'Label'", "HashEncoder");
    }

    [Fact]
    public void Labels_may_be_plain_texts_on_either_side()
    {
        TextRow[] queries = [new([1], "cat"), new([2], "dog"), new([4], "")];
        TextRow[] database = [new([7], "bird"), new([2], "dog"), new([1], "cat"), new([3], "dog")];
        IDataView plainQueries = _context.Data.LoadFromEnumerable(queries), plainDatabase = _context.Data.LoadFromEnumerable(database);
        string expected = _context.HashRetrieval.Evaluate(Keyed(queries), Keyed(database), options: s_quick).ToJson();
        Assert.Equal(expected, _context.HashRetrieval.Evaluate(plainQueries, plainDatabase, options: s_quick).ToJson());
        Assert.Equal(expected, _context.HashRetrieval.Evaluate(plainQueries, Keyed(database), options: s_quick).ToJson());
    }

    [Fact]
    public void Wrong_columns_are_named_with_the_fix()
    {
        IDataView data = Load(KeyRows(4, 1));
        Fails(() => _context.HashRetrieval.Evaluate(data, data, "Hash"), "'Hash'", "HashCodeActivation");
        Fails(() => _context.HashRetrieval.Evaluate(data, data, "Label"), "'Label'", "HashEncoder");
        Fails(() => _context.HashRetrieval.Evaluate(data, data, labelColumnName: "Class"), "'Class'", "MapValueToKey");
    }

    [Fact]
    public void A_NaN_activation_names_its_row()
    {
        KeyRow[] rows = KeyRows(3, 1);
        rows[2].HashCodeActivation[5] = float.NaN;
        IDataView data = Load(rows);
        string message = Assert.Throws<InvalidDataException>(() => _context.HashRetrieval.Evaluate(data, data, "HashCodeActivation")).Message;
        Assert.Contains("Row 2", message, StringComparison.Ordinal);
        Assert.Contains("activation 5", message, StringComparison.Ordinal);
    }

    private static void Fails(Func<object> evaluate, params string[] parts)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(evaluate);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    private static KeyRow[] KeyRows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            int label = random.Next(-1, 4);
            float[] activations = [.. Enumerable.Range(0, 16).Select(bit => (random.NextSingle() * 2 - 1 + (bit % 4 == label ? 0.7f : 0)) / 2)];
            byte[] packed = new byte[2];
            BinaryCodes.FromActivations(16, activations).CopyPacked(0, packed);
            return new KeyRow(packed, activations, label < 0 ? uint.MaxValue : (uint)label, label);
        })];
    }

    private static BinaryCodes Codes(KeyRow[] rows) => BinaryCodes.FromPacked(16, [.. rows.SelectMany(row => row.HashCode)]);

    private IDataView Load(KeyRow[] rows) => _context.Data.LoadFromEnumerable(rows);

    private IDataView Keyed(TextRow[] rows)
    {
        IDataView data = _context.Data.LoadFromEnumerable(rows);
        return _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    private sealed record KeyRow(
        [property: VectorType(2)] byte[] HashCode, [property: VectorType(16)] float[] HashCodeActivation, [property: KeyType(4)] uint Label,
        int Class);

    private sealed record TextRow([property: VectorType(1)] byte[] HashCode, string Label);

    private sealed record MultiHotRow([property: VectorType(1)] byte[] HashCode, [property: VectorType(3)] float[] Label);

    /// <summary>A view whose code column carries the annotation that HashEncoder writes.</summary>
    private sealed class EncodedView : IDataView
    {
        private readonly IDataView _rows;

        public EncodedView(IDataView rows, int bits)
        {
            _rows = rows;
            var builder = new DataViewSchema.Builder();
            foreach (DataViewSchema.Column column in rows.Schema)
            {
                var annotations = new DataViewSchema.Annotations.Builder();
                if (column.Name == "HashCode")
                    annotations.AddPrimitiveValue("SsahCodeBits", NumberDataViewType.Int32, bits);
                builder.AddColumn(column.Name, column.Type, annotations.ToAnnotations());
            }
            Schema = builder.ToSchema();
        }

        public bool CanShuffle => false;

        public DataViewSchema Schema { get; }

        public long? GetRowCount() => _rows.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
            _rows.GetRowCursor(columnsNeeded.Select(column => _rows.Schema[column.Index]));

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];
    }
}
