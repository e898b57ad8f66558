using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>Unlabelled images that the teacher is sure of.</summary>
/// <param name="Images">Easy views, [N, C, H, W].</param>
/// <param name="Taught">The teacher's output on them, detached.</param>
/// <param name="Targets">Labels that the teacher gives them, [N, classes], 0/1.</param>
/// <param name="Rows">Rows of the training set.</param>
internal readonly record struct TaughtBatch(Tensor Images, HashOutput Taught, Tensor Targets, int[] Rows)
{
    /// <summary>Number of images.</summary>
    public int Count => Rows.Length;
}

/// <summary>The teacher's side of the consistent loss: it looks at easy views and labels those that it is sure of (FixMatch, Sohn et al. 2020).</summary>
internal sealed class Teaching(HashNetwork teacher, bool multiLabel, double threshold)
{
    private const int BatchSizes = 6;

    /// <summary>Labels a batch; null where the teacher is sure of no image.</summary>
    public TaughtBatch? Label(MiniBatch batch, int[] rows)
    {
        using var _ = no_grad();
        var output = teacher.call(batch.Images);
        var (confidence, targets) = Judge(output, batch.Targets);
        var sure = confidence.ge(threshold).nonzero().view(-1);                                     // [M]
        // Convolution kernels are compiled for each batch size: few sizes keep them cached.
        int sizeStep = Math.Max(1, rows.Length / BatchSizes);
        long count = sure.shape[0] / sizeStep * sizeStep;
        if (count == 0)
            return null;
        sure = sure.narrow(0, 0, count);
        int[] kept = [.. sure.cpu().data<long>().Select(i => rows[i])];
        var taught = new HashOutput(output.Code.index_select(0, sure), output.Logits?.index_select(0, sure));
        return new TaughtBatch(batch.Images.index_select(0, sure), taught, targets.index_select(0, sure), kept);
    }

    // With a class head its probability is the confidence; without one, how close the activations are to bits.
    private (Tensor Confidence, Tensor Targets) Judge(HashOutput output, Tensor unknown)
    {
        if (output.Logits is null)
            return (output.Code.abs().mean([1]), unknown);
        if (multiLabel)
        {
            var probability = output.Logits.sigmoid();
            return (maximum(probability, 1 - probability).mean([1]), probability.gt(0.5).to(ScalarType.Float32));
        }
        var (best, index) = nn.functional.softmax(output.Logits, 1).max(1);
        return (best, nn.functional.one_hot(index, output.Logits.shape[1]).to(ScalarType.Float32));
    }
}
