using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>
/// Teaches A-Net what was hardest: of several hard samples of an image, its own and random ones, it learns to lean toward the one with the largest loss.
/// </summary>
/// <remarks>After the occlusion network of A-Fast-RCNN (Wang, Shrivastava and Gupta 2017) and Peng et al. 2018; reconstructed: everything here.</remarks>
internal static class TaughtBySearch
{
    private const int Own = 4, Random = 4;

    /// <summary>The loss that A-Net is taught by.</summary>
    /// <param name="network">A-Net.</param>
    /// <param name="images">[N, C, H, W].</param>
    /// <param name="limits">Area and angle limits.</param>
    /// <param name="difficulty">d of the hard samples of all images, one set after the other, [sets * N]; nothing learns by it.</param>
    public static Tensor Loss(AdversarialNetwork network, Tensor images, HardSampleLimits limits, Func<Tensor, int, Tensor> difficulty)
    {
        var lean = network.Lean(images);
        HardSampleLean[] drawn;
        Tensor hardest, advantage;
        using (no_grad())
        {
            var sets = Enumerable.Range(0, Own + Random).Select(i => network.Draw(images, i < Own ? Fixed(lean) : null, limits)).ToArray();
            drawn = [.. sets.Select(set => set.Drawn)];
            var losses = difficulty(cat([.. sets.Select(set => set.Samples.Images)]), sets.Length).view(sets.Length, -1); // [sets, N]
            (var worst, hardest) = losses.max(0);
            advantage = (worst - losses.mean([0])) / losses.std(0).AtLeast(1e-6);
        }
        var terms = new List<Tensor>();
        for (int i = 0; i < lean.Scores.Length; i++)
        {
            var target = Chosen(stack([.. drawn.Select(d => d.Scores[i].flatten(1))]), hardest);      // [N, cells]
            terms.Add((lean.Scores[i].flatten(1) - target).square().mean([1]));
        }
        if (lean.Turn is { } turn)
            terms.Add((turn - Chosen(stack([.. drawn.Select(d => d.Turn!.unsqueeze(1))]), hardest).squeeze(1)).square());
        return (terms.Aggregate((a, b) => a + b) * advantage).mean();
    }

    private static HardSampleLean Fixed(HardSampleLean lean) => new([.. lean.Scores.Select(s => s.detach())], lean.Turn?.detach());

    // Of [sets, N, values] those of the set that is named for each of the N.
    private static Tensor Chosen(Tensor values, Tensor set) => values.gather(0, set.view(1, -1, 1).expand(1, values.shape[1], values.shape[2])).squeeze(0);
}
