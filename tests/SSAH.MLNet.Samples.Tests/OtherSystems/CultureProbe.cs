using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Reports;
using SSAH.MLNet.Tests;

namespace SSAH.MLNet.Samples.Tests.OtherSystems;

/// <summary>Uses the libraries as applications do, and writes what comes out into a folder, paths and times left out.</summary>
public sealed partial class CultureProbe
{
    private const int Side = 32;
    private readonly string _folder = Environment.GetEnvironmentVariable(CultureChild.FolderVariable) ?? "";
    private readonly MLContext _ml = new(1);

    private string Images => Path.Combine(_folder, "images");

    // In a class of its own: what CultureTests sets up starts this.
    [Fact(Explicit = true)]
    public void Write_everything()
    {
        // Says which culture it is, and that it cases letters and writes fractions as that culture does.
        CultureInfo culture = CultureInfo.CurrentCulture;
        File.WriteAllText(Path.Combine(_folder, "culture.txt"), $"{culture.Name} {1.5.ToString(culture)} {"I".ToLower(culture)}{"ı".ToUpper(culture)}");
        Directory.CreateDirectory(Path.Combine(_folder, "written"));
        Directory.CreateDirectory(Path.Combine(_folder, "saved"));
        ImageFiles images = _ml.Data.LoadImageFolder(Images, Side, Side);
        WriteTable();
        using HashEncoder trained = Train(images);
        // That of the invariant process, where this is another one.
        string model = Saved("hasher.zip", path => _ml.Model.Save(trained, images.Schema, path));
        using HashEncoder encoder = _ml.Model.Load(model, out _).GetHashEncoder();
        IDataView encoded = _ml.Data.Cache(encoder.Transform(_ml.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images)));
        WriteCodes(encoded);
        WriteEvaluation(encoded);
        WriteIndex(encoded);
        WriteCopies();
        WriteCollection(encoder);
        WriteErrors(encoder, images, encoded);
    }

    private void WriteTable()
    {
        ImageFiles table = _ml.Data.LoadImageTable(Path.Combine(_folder, "labels.csv"), Side, Side, new ImageTableOptions { LabelSeparator = ';' });
        Write("table.txt", string.Join('\n', table.GetColumn<string>("ImagePath").Zip(table.GetColumn<string[]>("Label"), (path, labels) =>
            $"{path} {string.Join('|', labels)}")));
    }

    private HashEncoder Train(IDataView images)
    {
        var log = new StringBuilder();
        void Note(object? sender, LoggingEventArgs e)
        {
            // Traces are ML.NET's own.
            if (e.Kind != ChannelMessageKind.Trace && e.Source.StartsWith(nameof(SsahTrainer), StringComparison.Ordinal))
                log.Append(e.RawMessage).Append('\n');
        }
        _ml.Log += Note;
        var options = new SsahTrainer.Options
        {
            Bits = 16,
            Backbone = Backbone.SmallResNet(16),
            Stopping = { MaxSteps = 4 },
            Optimization = { LabeledBatchSize = 8 },
            Consistency = { UnlabeledBatchSize = 8 },
            ReportEverySteps = 2,
            Precision = TrainingPrecision.Float32,
            Device = TrainingDevice.Cpu,
            Seed = 7,
        };
        var chain = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Transforms.SsahHash(options)).Fit(images);
        _ml.Log -= Note;
        Write("log.txt", log.ToString());
        var history = chain.LastTransformer.TrainingSummary!.History;
        Write("summary.txt", string.Join('\n', history.Select(report => FormattableString.Invariant($"{report.Step} {report.TotalLoss:R}"))));
        return chain.LastTransformer;
    }

    private void WriteCodes(IDataView encoded) => Write("codes.txt",
        string.Join('\n', encoded.GetColumn<string>("ImagePath").Zip(encoded.GetColumn<byte[]>("HashCode"), (path, code) =>
            $"{path} {Convert.ToHexString(code)}")));

    private void WriteEvaluation(IDataView encoded)
    {
        HammingRetrievalMetrics metrics = _ml.HashRetrieval.Evaluate(encoded, encoded, options: new RetrievalOptions { ExcludeSameRow = true });
        Write("metrics.txt", metrics.ToString());
        string page = Path.Combine(_folder, "page.html");
        new RetrievalReport { Title = "-1.5", Runs = [new ReportRun("SSAH", metrics)], Gallery = ReportGallery.Read(encoded, encoded) }.Write(page);
        Write("page.html", File.ReadAllText(page));
        RetrievalSplit split = RetrievalSplit.Draw(LabelSets.FromClasses([.. Enumerable.Range(0, 60).Select(i => i % 3)]), 2, 3, seed: -1);
        string drawn = Path.Combine(_folder, "drawn.txt");
        split.Save(drawn);
        Write("split.txt", File.ReadAllText(drawn) + string.Join(' ', RetrievalSplit.Load(Saved("split.txt", split.Save)).Queries));
    }

    private void WriteIndex(IDataView encoded)
    {
        HammingIndex index = HammingIndex.Load(Saved("codes.index", path => _ml.HashRetrieval.CreateIndex(encoded).Save(path)));
        byte[] code = encoded.GetColumn<byte[]>("HashCode").First();
        Write("neighbors.txt", string.Join('\n', index.Search(BinaryCodes.FromPacked(16, code), 10)[0].ToArray().Select(match => $"{match}")));
    }

    private void WriteCopies()
    {
        string[] paths = [.. Directory.EnumerateFiles(Images, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        DuplicateReport report = _ml.HashRetrieval.FindDuplicates(paths);
        Write("copies.txt", $"{report}\n{string.Join('\n', report.Groups.Select(group => $"{group}"))}");
        string page = Path.Combine(_folder, "copies.html");
        DuplicatePage.Write(page, report, Images);
        Write("copies.html", File.ReadAllText(page));
    }

    private void WriteCollection(HashEncoder encoder)
    {
        using var collection = ImageCollection.Create(Path.Combine(_folder, "images.ssah"), encoder);
        var text = new StringBuilder().Append(collection.Sync(Images)).Append('\n');
        collection.Relabel(collection.Images.Take(9).Select(image => image.Id), "ISI", "ısı", "1,5");
        foreach (CollectionImage image in collection.Images)
            text.Append(image.Path).Append(' ').AppendJoin('|', image.Labels).Append('\n');
        text.AppendJoin('\n', collection.Labels.Select(label => $"{label.Key} {label.Value}")).Append('\n');
        foreach (CollectionMatch match in collection.Search(collection.Images.First().Id, 5, ImageFilter.WithLabel("ısı")))
            text.Append(match.Image.Path).Append('\n');
        Write("collection.txt", text.ToString());
    }

    private void WriteErrors(HashEncoder encoder, IDataView images, IDataView encoded)
    {
        var options = new SsahTrainer.Options { Validation = { Fraction = 1.5 }, Optimization = { LearningRate = -0.5 } };
        Exception?[] errors = [Record.Exception(() => _ml.Transforms.SsahHash(options).Fit(images)),
            Record.Exception(() => encoder.EncodeActivations([.. Enumerable.Repeat(float.NegativeInfinity, 3 * Side * Side)])),
            Record.Exception(() => _ml.HashRetrieval.Evaluate(encoded, encoded, options: new RetrievalOptions { ConfidenceLevel = 1.5 }))];
        Assert.All(errors, Assert.NotNull);
        Write("errors.txt", string.Join('\n', errors.Select(error => error!.Message)));
    }

    private string Saved(string name, Action<string> save)
    {
        string path = Path.Combine(_folder, "saved", name);
        if (!File.Exists(path))
            save(path);
        return path;
    }

    private void Write(string name, string text) =>
        File.WriteAllText(Path.Combine(_folder, "written", name), Times().Replace(text.Replace(_folder, "", StringComparison.Ordinal), "#"));

    // Times, and the bytes of a model, which has its training time in it; as the invariant culture writes them: another one's would stay.
    [GeneratedRegex(@"Exported \d+|\d+(\.\d+)? (images/s|s\b|ms\b)|\d+:\d\d:\d\d|\d{4}-\d\d-\d\d( \d\d:\d\d)?")]
    private static partial Regex Times();
}
