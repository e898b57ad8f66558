using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>A trained model with everything that was measured of it.</summary>
internal sealed record ModelResult
{
    private const int Voters = 50;

    public required TrainedModel Model { get; init; }

    public required HammingRetrievalMetrics Metrics { get; init; }

    /// <summary>Share of queries whose 50 nearest database images vote for the right class; null with several labels an image.</summary>
    public required double? VoteAccuracy { get; init; }

    /// <summary>The nearest database images of each query.</summary>
    public required HammingMatches Nearest { get; init; }

    public required double ImagesPerSecond { get; init; }

    public required IReadOnlyList<LearningPoint> Curves { get; init; }

    public static ModelResult Measure(MLContext mlContext, DemoImages data, TrainedModel model, string folder)
    {
        using var file = File.OpenRead(Path.Combine(folder, model.ModelFile));
        var encoder = mlContext.Model.Load(file, out _);
        var queries = encoder.Transform(data.Images.ToDataView(mlContext, data.Queries));
        var database = encoder.Transform(data.Images.ToDataView(mlContext, data.Database));

        var time = Stopwatch.StartNew();
        var databaseCodes = CodesOf(database);
        time.Stop();
        var queryCodes = CodesOf(queries);
        var metrics = mlContext.HashRetrieval.Evaluate(
            queryCodes, data.Images.ToLabelSets(data.Queries), databaseCodes, data.Images.ToLabelSets(data.Database),
            new RetrievalOptions { Protocol = $"{data.Split.Protocol}, seed {data.Split.Seed}" });

        var index = new HammingFlatIndex(queryCodes.Bits);
        index.Add(databaseCodes);
        var nearest = index.Search(queryCodes, Voters);
        return new ModelResult
        {
            Model = model,
            Metrics = metrics,
            Nearest = nearest,
            VoteAccuracy = data.Images.IsMultiLabel ? null : Vote(data, nearest),
            ImagesPerSecond = databaseCodes.Count / time.Elapsed.TotalSeconds,
            Curves = LearningPoint.Load(Path.Combine(folder, model.CurvesFile)),
        };
    }

    private static BinaryCodes CodesOf(IDataView encoded)
    {
        var column = encoded.Schema["HashCode"];
        var bits = ((VectorDataViewType)encoded.Schema["HashCodeActivation"].Type).Size;
        var codes = new BinaryCodes(bits);
        using var cursor = encoded.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<byte>>(column);
        VBuffer<byte> code = default;
        while (cursor.MoveNext())
        {
            getter(ref code);
            codes.Add([.. code.DenseValues()]);
        }

        return codes;
    }

    private static double Vote(DemoImages data, HammingMatches nearest)
    {
        var right = 0;
        var votes = new int[data.Images.ClassNames.Count];
        for (var query = 0; query < nearest.QueryCount; query++)
        {
            Array.Clear(votes);
            foreach (var match in nearest[query])
                votes[data.Images.ClassOf(data.Database[(int)match.Id])]++;
            right += Array.IndexOf(votes, votes.Max()) == data.Images.ClassOf(data.Queries[query]) ? 1 : 0;
        }

        return right / (double)nearest.QueryCount;
    }
}
