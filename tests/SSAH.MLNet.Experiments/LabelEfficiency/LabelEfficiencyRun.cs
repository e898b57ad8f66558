using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Frozen;

namespace SSAH.MLNet.Experiments.LabelEfficiency;

/// <summary>One measured figure: a method on a split, over the queries of classes with labels or of those without.</summary>
internal sealed record LabelEfficiencyFigure(
    string Collection, int LabelsPerClass, bool WithUnseen, bool ForChoices, int Seed, string Method, string Queries, double MeanAveragePrecision,
    double PrecisionAt10, double Seconds)
{
    /// <summary>Of turned and covered queries, the mean over their views and over the queries of their worst view; null where it was not measured.</summary>
    public double? ViewsMeanAveragePrecision { get; init; }

    /// <inheritdoc cref="ViewsMeanAveragePrecision"/>
    public double? WorstViewAveragePrecision { get; init; }
}

/// <summary>
/// Quality against labels: chance, cosine and ITQ of a frozen network's features, ranking by a classifier's probabilities, and the trainer's codes; or
/// those of a network that learns as a whole.
/// </summary>
internal sealed class LabelEfficiencyRun(LabelEfficiencyArguments arguments)
{
    public void Run()
    {
        Directory.CreateDirectory(arguments.Out);
        string file = Path.Combine(arguments.Out, $"label-efficiency{(arguments.ForChoices ? "-choices" : "")}{arguments.Suffix}.jsonl");
        foreach (string name in arguments.Collections)
        {
            using var collection = FeatureCollection.Open(name, arguments.DataFolder, arguments.CacheFolder);
            foreach (bool withUnseen in arguments.WithUnseen)
                foreach (int labels in arguments.Labels)
                    foreach (int seed in arguments.Seeds)
                    {
                        var figures = Measure(collection, labels, withUnseen, seed);
                        File.AppendAllLines(file, figures.Select(figure => JsonSerializer.Serialize(figure)));
                    }
        }
        Console.WriteLine($"figures: {file}");
    }

    private List<LabelEfficiencyFigure> Measure(FeatureCollection collection, int labels, bool withUnseen, int seed)
    {
        var split = FewLabels.Draw(collection, labels, withUnseen, arguments.ForChoices, seed);
        var figures = new List<LabelEfficiencyFigure>();
        int[] queryClasses = [.. split.Queries.Select(row => collection.Classes[row])],
            databaseClasses = [.. split.Database.Select(row => collection.Classes[row])];

        if (arguments.FineTunedSteps is not null)
        {
            var codes = FineTunedCodes.Learn(collection, split, arguments, seed);
            Add("fine-tuned", CodeRanking.Evaluate(codes.Queries, queryClasses, codes.Database, databaseClasses), codes.TrainingSeconds);
            return figures;
        }
        var clock = Stopwatch.StartNew();
        FeatureMatrix queries = collection.Features.Take(split.Queries), database = collection.Features.Take(split.Database);
        float[] mean = database.Mean();
        FeatureMatrix directions = database.Directions(mean), queryDirections = queries.Directions(mean);
        if (arguments.Baselines)
        {
            Add("cosine", FloatRanking.Evaluate(queryDirections, queryClasses, directions, databaseClasses));
            clock.Restart();
            foreach (bool whitens in (bool[])[false, true])
            {
                HashHead head = UnsupervisedHead.Learn(database, arguments.Bits, whitens, seed, default);
                double seconds = clock.Elapsed.TotalSeconds;
                Add(whitens ? "itq-whitened" : "itq", Codes(Activations(head, queries), Activations(head, database)), seconds);
            }
            var labeled = split.Labeled.Select(row => Array.BinarySearch(split.Database, row)).ToArray();
            var targets = new FeatureMatrix(labeled.Length, collection.ClassCount);
            for (int i = 0; i < labeled.Length; i++)
                targets.Row(i)[databaseClasses[labeled[i]]] = 1;
            ClassLayer classifier = new ClassifierTraining(multiLabel: false, takesHardest: false, viewShare: 0, seed, default)
                .Run(directions.Take(labeled), [], targets).Classifier;
            Add("softmax", FloatRanking.Evaluate(classifier.Probabilities(queryDirections), queryClasses, classifier.Probabilities(directions),
                databaseClasses));
        }
        SsahTrainer.Options options = new() { Bits = arguments.Bits };
        arguments.Overrides.Apply(options);
        IReadOnlyList<FeatureMatrix> views = collection.ViewsOf(split.Database, FrozenTraining.ViewsOf(options));
        clock.Restart();
        HashHead trained = Train(database, views, LabelsOf(collection, split), options, seed);
        double training = clock.Elapsed.TotalSeconds;
        Add("trained", Codes(Activations(trained, queries), Activations(trained, database)), training);
        if (arguments.RobustQueries > 0)
        {
            var robust = RobustRanking.Evaluate(collection, split, trained, arguments.RobustQueries);
            figures[^1] = figures[^1] with { ViewsMeanAveragePrecision = robust.Mean, WorstViewAveragePrecision = robust.WorstView };
            Console.WriteLine(robust);
        }
        return figures;

        void Add(string method, (double AveragePrecision, double Precision)[] each, double seconds = 0)
        {
            foreach (bool unseen in withUnseen ? (bool[])[false, true] : [false])
            {
                var chosen = each.Where((_, query) => split.UnseenClasses.Contains(queryClasses[query]) == unseen).ToArray();
                var figure = new LabelEfficiencyFigure(collection.Name, labels, withUnseen, arguments.ForChoices, seed, method, unseen ? "unseen" : "seen",
                    chosen.Average(f => f.AveragePrecision), chosen.Average(f => f.Precision), Math.Round(seconds, 1));
                figures.Add(figure);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{figure.Collection,-8} {labels,3} labels{(withUnseen ? $", {figure.Queries,-6}" : "")} seed {seed} {method,-13} mAP "
                        + $"{figure.MeanAveragePrecision:F3} P@10 {figure.PrecisionAt10:F3} {seconds,5:F0} s"));
            }
        }

        (double, double)[] Codes(FeatureMatrix forQueries, FeatureMatrix forDatabase) => CodeRanking.Evaluate(
            BinaryCodes.FromActivations(arguments.Bits, forQueries.Values), queryClasses,
            BinaryCodes.FromActivations(arguments.Bits, forDatabase.Values), databaseClasses);
    }

    private static LabelSets LabelsOf(FeatureCollection collection, FewLabels split)
    {
        var labeled = split.Labeled.ToHashSet();
        return LabelSets.FromClasses([.. split.Database.Select(row => labeled.Contains(row) ? collection.Classes[row] : -1)]);
    }

    private HashHead Train(FeatureMatrix features, IReadOnlyList<FeatureMatrix> views, LabelSets labels, SsahTrainer.Options options, int seed) =>
        new FrozenTraining(options, seed, message => { if (arguments.Verbose) Console.WriteLine("   " + message); }).Run(features, views, labels).Head;

    private static FeatureMatrix Activations(HashHead head, FeatureMatrix features) => head.Activations(head.Whiten(features));
}
