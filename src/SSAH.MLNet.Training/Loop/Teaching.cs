using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.SelfPacing;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>Unlabeled images that the teacher is sure of.</summary>
/// <param name="Taught">The teacher's output on them, detached.</param>
/// <param name="Targets">Labels that the teacher gives them, [N, classes]: 0 or 1 where there is one an image, probabilities where there are several.</param>
/// <param name="Known">[N, classes]: 1 for the labels that it is sure of, else 0; null: of all.</param>
/// <param name="Rows">Rows of the training set.</param>
internal readonly record struct TaughtBatch(HashOutput Taught, Tensor Targets, Tensor? Known, int[] Rows)
{
    /// <summary>Number of images.</summary>
    public int Count => Rows.Length;
}

/// <summary>The teacher's side of the consistent loss: it looks at easy views and labels those that it is sure of (FixMatch, Sohn et al. 2020).</summary>
internal sealed class Teaching(HashNetwork teacher, bool multiLabel, ConfidenceRule rule)
{
    private const int BatchSizes = 6;

    // Where there are no labeled hard samples they are a batch of their own, which one image cannot be normalized in.
    private const int FewestImages = 2;

    /// <summary>Labels what the teacher is sure of in a batch of easy views; null where that is nothing or a single image.</summary>
    public TaughtBatch? Label(MiniBatch batch, int[] rows)
    {
        using var _ = no_grad();
        var output = teacher.call(batch.Images);
        var (isSure, targets, known) = Judge(output, batch.Targets);
        var sure = isSure.nonzero().view(-1);                                                       // [S]
        // Convolution kernels are compiled for each batch size: few sizes keep them cached.
        int sizeStep = Math.Max(1, rows.Length / BatchSizes);
        int found = (int)sure.shape[0], count = found < sizeStep ? found : found / sizeStep * sizeStep;
        if (count < FewestImages)
            return null;
        sure = sure.narrow(0, 0, count);
        int[] kept = [.. sure.cpu().data<long>().Select(i => rows[i])];
        var taught = new HashOutput(output.Code.index_select(0, sure), output.Logits?.index_select(0, sure));
        return new TaughtBatch(taught, targets.index_select(0, sure), known?.index_select(0, sure), kept);
    }

    // With a class head its probability is the confidence; without one, how close the activations are to bits.
    private (Tensor Sure, Tensor Targets, Tensor? Known) Judge(HashOutput output, Tensor unknown)
    {
        if (output.Logits is null)
            return (rule.Sure(output.Code.abs().mean([1]), null), unknown, null);
        if (multiLabel)
        {
            var each = output.Logits.sigmoid();
            var confidence = maximum(each, 1 - each);
            var sure = rule.Sure(confidence.mean([1]), null);
            // An image that is sure on the whole has labels that are not: pressing these to 0 or 1 would teach the teacher's own errors, to the codes as to the class head.
            return (sure, each.to(ScalarType.Float32), confidence.ge(rule.Threshold).to(ScalarType.Float32));
        }
        var probabilities = nn.functional.softmax(output.Logits, 1);
        var (best, index) = probabilities.max(1);
        return (rule.Sure(best, probabilities), nn.functional.one_hot(index, output.Logits.shape[1]).to(ScalarType.Float32), null);
    }
}
