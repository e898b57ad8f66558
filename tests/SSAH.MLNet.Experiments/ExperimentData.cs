using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Samples.Datasets;

namespace SSAH.MLNet.Experiments;

/// <summary>The images of one plan and one seed, by their roles.</summary>
internal sealed class ExperimentData(ImageSet images, RetrievalSplit split, string folder)
{
    public ImageSet Images => images;

    public RetrievalSplit Split => split;

    /// <summary>Rows that codes are learned from.</summary>
    public int[] Training { get; } = [.. split.Labelled.Concat(split.UnlabelledTraining).Order()];

    /// <summary>A file among the pretrained backbones.</summary>
    public string BackboneFile(string name) => Path.Combine(folder, "backbones", name);

    /// <summary>All training rows; only the labelled ones show their label.</summary>
    public IDataView TrainingView(MLContext mlContext)
    {
        var labelled = split.Labelled.ToHashSet();
        return images.ToDataView(mlContext, Training, labelled.Contains);
    }

    /// <summary>Codes of rows, as the encoder gives them in a pipeline.</summary>
    public BinaryCodes Encode(MLContext mlContext, HashEncoder encoder, IReadOnlyList<int> rows)
    {
        var encoded = encoder.Transform(images.ToDataView(mlContext, rows));
        var column = encoded.Schema["HashCode"];
        var codes = new BinaryCodes(encoder.Bits, rows.Count);
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

    /// <summary>The figures of codes under the plan's protocol.</summary>
    public HammingRetrievalMetrics Evaluate(BinaryCodes queries, BinaryCodes database) => RetrievalEvaluation.Evaluate(
        queries, images.ToLabelSets(split.Queries), database, images.ToLabelSets(split.Database),
        new RetrievalOptions { Protocol = $"{split.Protocol}, seed {split.Seed}" });
}
