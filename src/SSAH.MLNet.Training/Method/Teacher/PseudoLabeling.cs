using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>Unlabeled images that the teacher is sure of, with what it says of them.</summary>
/// <param name="Teacher">The teacher's output on them, detached.</param>
/// <param name="Targets">Labels that the teacher gives them, [N, classes]: 0 or 1 where there is one per image, probabilities where there are several;
/// null without a class head.</param>
/// <param name="Known">[N, classes]: 1 for the labels that it is sure of, else 0; null: of all.</param>
/// <param name="Rows">Rows of the training set.</param>
internal readonly record struct PseudoLabels(HashOutput Teacher, Tensor? Targets, Tensor? Known, int[] Rows)
{
    /// <summary>Number of images.</summary>
    public int Count => Rows.Length;
}

/// <summary>The teacher's side of the consistent loss: it looks at easy views and labels those that it is sure of (FixMatch, Sohn et al. 2020).</summary>
internal sealed class PseudoLabeling(HashNetwork teacher, bool multiLabel, ConfidenceRule rule)
{
    private const int BatchSizes = 6;

    // Where there are no labeled hard samples they are a batch of their own, which one image cannot be normalized in.
    private const int FewestImages = 2;

    /// <summary>Labels what the teacher is sure of in a batch of easy views; null if that is nothing or a single image.</summary>
    /// <param name="images">Easy views, [N, C, H, W], or features [N, F].</param>
    /// <param name="rows">Their rows of the training set.</param>
    public PseudoLabels? Label(Tensor images, int[] rows)
    {
        using var _ = no_grad();
        var output = teacher.call(images);
        var (isSure, targets, known) = Judge(output);
        // The one copy to the host that the teacher needs: hard views of these rows are drawn there.
        bool[] sure = isSure.Fetch().data<bool>().ToArray();
        long[] found = [.. sure.Index().Where(row => row.Item).Select(row => (long)row.Index)];
        // Convolution kernels are compiled for each batch size: few sizes keep them cached.
        int sizeStep = Math.Max(1, rows.Length / BatchSizes);
        int count = found.Length < sizeStep ? found.Length : found.Length / sizeStep * sizeStep;
        if (count < FewestImages)
            return null;
        var kept = tensor(found[..count]).Send(isSure.device);                                     // [S]
        var taught = new HashOutput(output.Code.index_select(0, kept), output.Logits?.index_select(0, kept));
        return new PseudoLabels(taught, targets?.index_select(0, kept), known?.index_select(0, kept), [.. found[..count].Select(i => rows[i])]);
    }

    // With a class head its probability is the confidence; without one, how close the activations are to bits.
    private (Tensor Sure, Tensor? Targets, Tensor? Known) Judge(HashOutput output)
    {
        if (output.Logits is null)
            return (rule.Sure(output.Code.abs().mean([1]), null), null, null);
        if (multiLabel)
        {
            var each = output.Logits.sigmoid();
            var confidence = maximum(each, each.SubtractedFrom(1));
            var sure = rule.Sure(confidence.mean([1]), null);
            // An image that is sure on the whole has labels that are not: pressing these to 0 or 1 would teach the teacher's own errors, to the codes
            // as to the class head.
            return (sure, each.to(ScalarType.Float32), rule.Reaches(confidence).to(ScalarType.Float32));
        }
        var probabilities = nn.functional.softmax(output.Logits, 1);
        var (best, index) = probabilities.max(1);
        return (rule.Sure(best, probabilities), nn.functional.one_hot(index, output.Logits.shape[1]).to(ScalarType.Float32), null);
    }
}
