using System.Globalization;
using Microsoft.ML;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Training.Tests.Trainer;

public sealed class TrainingSummaryTests
{
    [Fact]
    public void A_loaded_encoder_has_the_summary_and_every_report()
    {
        string file = Path.GetTempFileName();
        try
        {
            var ml = new MLContext(1);
            var options = Images.Options(steps: 30);
            var reports = new List<SsahTrainingMetrics>();
            options.MetricsCallback = reports.Add;
            var data = Images.View(ml, Images.Draw(90, 2));
            using (var trained = ml.Transforms.SsahHash(options).Fit(data))
                ml.Model.Save(trained, data.Schema, file);

            using var encoder = (HashEncoder)new MLContext().Model.Load(file, out _);
            var summary = encoder.TrainingSummary!;
            Assert.Equal((7, "cpu", "Float32", 30, 45, 45),
                (summary.Seed, summary.Device, summary.Precision, summary.Steps, summary.LabeledRows, summary.UnlabeledRows));
            Assert.Equal(TrainingStopReason.AllSteps, summary.StopReason);
            Assert.Contains(summary.Warnings, warning => warning.Contains("after 30 steps", StringComparison.Ordinal));
            Assert.Equal(reports.Select(m => m.Step), summary.History.Select(m => m.Step));
            static string Short(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
            Assert.Equal(reports.Select(m => Short(m.TotalLoss)), summary.History.Select(m => Short(m.TotalLoss)));
            Assert.Equal(reports[^1].BitMeans.Select(Short), summary.History[^1].BitMeans.Select(Short));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_summary_from_before_the_history_is_read_and_a_damaged_one_is_an_error()
    {
        var old = HashTrainingSummary.Read(new Dictionary<string, string>
        {
            ["ssah.summary"] =
                """{"seed":3,"device":"cpu","steps":40,"seconds":1.5,"ending":"all steps done","validationMap":0.5,"labeledRows":9,"classes":["a","b"]}""",
        })!;
        Assert.Equal((3, 40, 1.5, 0.5, 9), (old.Seed, old.Steps, old.Seconds, old.ValidationMap, old.LabeledRows));
        Assert.Equal(["a", "b"], old.Classes!);
        Assert.Null(old.StopReason);
        Assert.Empty(old.History);
        Assert.Null(HashTrainingSummary.Read(new Dictionary<string, string>()));
        Assert.Throws<DamagedFileException>(() => HashTrainingSummary.Read(new Dictionary<string, string> { ["ssah.summary"] = "{" }));
    }
}
