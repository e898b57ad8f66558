using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Tests.Encoder;

namespace SSAH.MLNet.Tests.Retrieval.Robustness;

public sealed class RobustnessTests : IDisposable
{
    private const int Bits = 20;

    private static readonly string[] s_classes = ["cat", "dog", "owl"];
    private static readonly RetrievalOptions s_quick = new() { BootstrapSamples = 0 };

    private readonly MLContext _context = new(1);
    private readonly HashEncoder _encoder = new(TestHashModels.Create(Bits));

    public void Dispose() => _encoder.Dispose();

    [Fact]
    public void Views_that_change_nothing_give_exactly_the_map_of_evaluate()
    {
        (IDataView queries, IDataView database) = (Load(25, 1), Load(70, 2));
        HammingRetrievalMetrics plain = _context.HashRetrieval.Evaluate(_encoder.Transform(queries), _encoder.Transform(database), options: s_quick);
        RobustnessMetrics found = _context.HashRetrieval.EvaluateRobustness(_encoder, queries, database, options: new()
        {
            Views = [QueryView.Rotated(0), QueryView.Brightened(1), QueryView.Scaled(1)],
        });
        Assert.InRange(plain.MeanAveragePrecision, 0.1, 0.95);
        Assert.Equal(plain.MeanAveragePrecision, found.Clean);
        Assert.All(found.Families, family => Assert.Equal(found.Clean, family.WorstView));
        Assert.Equal(plain.Queries.Select(query => (query.Row, query.AveragePrecision)), found.Queries.Select(query => (query.Row, query.Clean)));
        Assert.Equal(plain.Queries.Select(query => query.AveragePrecision), found.Queries.Select(query => query.Worst));
        Assert.Equal((plain.QueryCount, plain.DatabaseCount, plain.UnlabeledQueries, plain.Bits),
            (found.QueryCount, found.DatabaseCount, found.UnlabeledQueries, found.Bits));
        Assert.True(found.UnlabeledQueries > 0);
    }

    [Fact]
    public void A_second_implementation_that_sorts_finds_the_same()
    {
        (Row[] queries, Row[] database) = (Rows(20, 1), Rows(60, 2));
        QueryView[] views = [.. QueryView.Default, .. QueryView.RotationsWithOcclusions.Take(12)];
        RobustnessMetrics found = _context.HashRetrieval.EvaluateRobustness(
            _encoder, Load(queries), Load(database), options: new() { Views = views });
        Row[] labeled = [.. queries.Where(row => row.Label.Length > 0)];
        double[][] naive = [.. labeled.Select(query => views.Select(view => NaivePrecision(Changed(query, view), query.Label, database)).ToArray())];
        Assert.Equal(labeled.Average(query => NaivePrecision(query.Pixels, query.Label, database)), found.Clean, 1e-12);
        Assert.Equal(naive.Average(scores => scores.Average()), found.Mean, 1e-12);
        Assert.Equal(naive.Average(scores => scores.Min()), found.WorstView, 1e-12);
        foreach (FamilyRobustness family in found.Families)
        {
            int[] members = [.. Enumerable.Range(0, views.Length).Where(view => views[view].Family == family.Family)];
            Assert.Equal(members.Select(view => views[view].Name), family.Views.Select(view => view.Name));
            Assert.Equal(naive.Average(scores => members.Min(view => scores[view])), family.WorstView, 1e-12);
            Assert.All(members.Zip(family.Views), pair =>
                Assert.Equal(naive.Average(scores => scores[pair.First]), pair.Second.MeanAveragePrecision, 1e-12));
        }
        foreach (ClassRobustness each in found.Classes)
            Assert.Equal(naive.Where((_, query) => labeled[query].Label == each.Name).Average(scores => scores.Min()), each.WorstView, 1e-12);
        Assert.Equal(found.Classes.Min(each => each.WorstView), found.WorstClass.WorstView);
        // Several views may be equally bad; the one that is named is one of them.
        Assert.All(found.Queries.Zip(naive), pair => Assert.Equal(
            pair.Second.Min(), pair.Second[Array.FindIndex(views, view => view.Name == pair.First.WorstViewName)], 1e-12));
    }

    [Fact]
    public void Worst_is_at_most_mean_is_at_most_best()
    {
        RobustnessMetrics found = _context.HashRetrieval.EvaluateRobustness(_encoder, Load(30, 3), Load(80, 4));
        Assert.All(found.Queries, query => Assert.True(query.Worst <= query.Mean && query.Mean <= query.Best && query.Worst < query.Best));
        Assert.All(found.Families, family => Assert.True(found.WorstView <= family.WorstView
            && family.WorstView <= family.Views.Min(view => view.MeanAveragePrecision) && family.WorstView <= family.Mean));
        Assert.Equal(7, found.Families.Count);
        Assert.Equal(found.Mean, found.Families.Sum(family => family.Mean * family.Views.Count) / found.ViewCount, 1e-12);
        string text = found.ToString();
        Assert.All(["clean", "JPEG", "occlusion", "hardest: ", "worst class", "unlabeled queries"],
            word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Figures_do_not_depend_on_threads_workers_or_batches_nor_on_who_encodes_the_database()
    {
        (IDataView queries, IDataView database) = (Load(40, 5), Load(50, 6));
        RobustnessMetrics Run(int threads, int workers, int batch, IDataView rows)
        {
            using HashEncoder encoder = _encoder.WithOptions(new() { Workers = workers, BatchSize = batch });
            return _context.HashRetrieval.EvaluateRobustness(encoder, queries, rows, options: new() { Threads = threads });
        }
        RobustnessMetrics one = Run(1, 1, 7, database);
        foreach (RobustnessMetrics other in new[] { Run(3, 4, 32, database), Run(2, 2, 1, _encoder.Transform(database)) })
        {
            Assert.Equal(one.Queries, other.Queries);
            Assert.Equal(one.ToString(), other.ToString());
            Assert.Equal(one.Families.SelectMany(family => family.Views), other.Families.SelectMany(family => family.Views));
        }
    }

    [Fact]
    public void Queries_of_the_database_do_not_find_themselves_when_asked_not_to()
    {
        IDataView rows = Load(40, 7);
        HammingRetrievalMetrics plain = _context.HashRetrieval.Evaluate(
            _encoder.Transform(rows), _encoder.Transform(rows), options: s_quick with { ExcludeSameRow = true });
        RobustnessMetrics apart = _context.HashRetrieval.EvaluateRobustness(
            _encoder, rows, rows, options: new() { ExcludeSameRow = true, Views = [QueryView.Rotated(0), QueryView.Rotated(10)] });
        Assert.Equal(plain.MeanAveragePrecision, apart.Clean);
        Assert.Equal(apart.Clean, apart.Families[0].Views[0].MeanAveragePrecision);
        Fails<ArgumentException>(() => _context.HashRetrieval.EvaluateRobustness(_encoder, rows, Load(41, 7), options: new() { ExcludeSameRow = true }),
            "ExcludeSameRow", "40", "41");
    }

    [Fact]
    public void One_view_given_twice_is_warned_of()
    {
        var warnings = new List<string>();
        _context.Log += (_, line) =>
        {
            if (line.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(line.RawMessage);
        };
        IDataView rows = Load([.. Rows(40, 8).Where(row => row.Label.Length > 0)]);
        RobustnessOptions few = new() { Views = [QueryView.Rotated(5)] };
        _context.HashRetrieval.EvaluateRobustness(_encoder, rows, Load(40, 9), options: few);
        Assert.Empty(warnings);
        _context.HashRetrieval.EvaluateRobustness(_encoder, rows, rows, options: few);
        Assert.Contains("RobustnessOptions.ExcludeSameRow", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_grows_to_one_and_the_headline_reaches_the_log()
    {
        var lines = new List<string>();
        var shares = new Shares();
        _context.Log += (_, line) => lines.Add(line.Message);
        using HashEncoder encoder = _encoder.WithOptions(new() { Workers = 1 });
        _context.HashRetrieval.EvaluateRobustness(encoder, Load(30, 1), Load(40, 2), options: new() { Progress = shares, Threads = 1 });
        Assert.Equal(shares.Seen.Order(), shares.Seen);
        Assert.Contains(shares.Seen, share => share is > 0 and < 0.5);
        Assert.Equal(1, shares.Seen[^1], 1e-12);
        Assert.Contains(lines, line => line.Contains("worst views", StringComparison.Ordinal));
    }

    [Fact]
    public void It_can_be_canceled_before_and_between_the_views()
    {
        using var canceled = new CancellationTokenSource();
        var shares = new Shares { Then = canceled.Cancel };
        Assert.ThrowsAny<OperationCanceledException>(() => _context.HashRetrieval.EvaluateRobustness(
            _encoder, Load(100, 1), Load(40, 2), options: new() { Progress = shares }, cancellationToken: canceled.Token));
        Assert.Single(shares.Seen);
        Assert.ThrowsAny<OperationCanceledException>(() => _context.HashRetrieval.EvaluateRobustness(
            _encoder, Load(100, 1), Load(40, 2), cancellationToken: canceled.Token));
    }

    [Fact]
    public void Errors_name_columns_and_the_remedy()
    {
        (IDataView queries, IDataView database) = (Load(5, 1), Load(9, 2));
        HashRetrievalCatalog catalog = _context.HashRetrieval;
        Fails<ArgumentOutOfRangeException>(
            () => catalog.EvaluateRobustness(_encoder, _context.Transforms.DropColumns("Pixels").Fit(queries).Transform(queries), database), "'Pixels'");
        Fails<ArgumentException>(() => catalog.EvaluateRobustness(_encoder, queries, database, "Class"), "'Class'");
        Fails<ArgumentOutOfRangeException>(
            () => catalog.EvaluateRobustness(_encoder, queries, _context.Transforms.DropColumns("Pixels").Fit(database).Transform(database)), "'Pixels'");
        Fails<ArgumentException>(() => catalog.EvaluateRobustness(_encoder, queries, database, options: new() { Views = [] }), "Views");
        Fails<ArgumentException>(() => catalog.EvaluateRobustness(_encoder, queries, database, options: new() { Threads = -1 }), "Threads");
        Fails<ArgumentException>(
            () => catalog.EvaluateRobustness(_encoder, Load([.. Rows(6, 1).Select(row => row with { Label = "" })]), database), "'Label'", "None of the 6");
        using var other = new HashEncoder(TestHashModels.Create(Bits, seed: 2));
        Fails<ArgumentException>(() => catalog.EvaluateRobustness(other, queries, _encoder.Transform(database)), "'HashCode'", _encoder.ModelId);
    }

    private static void Fails<T>(Action call, params string[] words)
        where T : Exception
    {
        string message = Assert.Throws<T>(call).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    private float[] Changed(Row query, QueryView view)
    {
        var changed = new float[query.Pixels.Length];
        view.Transform.Apply(query.Pixels, _encoder.InputShape, changed);
        return changed;
    }

    /// <summary>AP by its definition after a sort: the expected precision at each place, given that the row there is relevant.</summary>
    private double NaivePrecision(float[] image, string label, Row[] database)
    {
        byte[] code = CodeRows.Pack(_encoder.EncodeActivations(image));
        (int Distance, bool Relevant)[] ranked = [.. database.Where(row => row.Label.Length > 0)
            .Select(row => (CodeRows.Pack(_encoder.EncodeActivations(row.Pixels)).Zip(code, (a, b) => int.PopCount(a ^ b)).Sum(), row.Label == label))
            .OrderBy(row => row.Item1)];
        double sum = 0;
        for (int place = 0; place < ranked.Length; place++)
        {
            int[] tied = [.. Enumerable.Range(0, ranked.Length).Where(other => ranked[other].Distance == ranked[place].Distance)];
            int n = tied.Length, r = tied.Count(other => ranked[other].Relevant), first = tied[0];
            int before = ranked.Take(first).Count(row => row.Relevant);
            double here = (double)r / n, others = n > 1 ? (r - 1.0) / (n - 1) : 0;
            sum += here * (before + 1 + (place - first) * others) / (place + 1);
        }
        int relevant = ranked.Count(row => row.Relevant);
        return relevant == 0 ? 0 : sum / relevant;
    }

    private IDataView Load(int count, int seed) => Load(Rows(count, seed));

    private IDataView Load(Row[] rows)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        PixelShape shape = TestHashModels.Shape;
        schema["Pixels"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, shape.Channels, shape.Height, shape.Width);
        return _context.Data.LoadFromEnumerable(rows, schema);
    }

    /// <summary>Images whose class shows in their brightness, most of the time; some have no label.</summary>
    private static Row[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. TestHashModels.Images(count, seed: seed).Select((image, i) => new Row(
            [.. image.Select(value => (float)value)],
            i % 9 == 4 ? "" : random.Next(4) == 0 ? s_classes[random.Next(3)] : s_classes[(int)Math.Clamp(image.Average(value => value) / 86, 0, 2)]))];
    }

    private sealed record Row(float[] Pixels, string Label);

    private sealed class Shares : IProgress<double>
    {
        public List<double> Seen { get; } = [];

        public Action? Then { get; init; }

        public void Report(double value)
        {
            lock (Seen)
                Seen.Add(value);
            Then?.Invoke();
        }
    }
}
