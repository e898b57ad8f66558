using SSAH.MLNet.Training.Method;

namespace SSAH.MLNet.Training.Loop;

/// <summary>What somebody who looks on sees of the hard samples.</summary>
internal sealed partial class SsahTraining
{
    /// <summary>Whether hard samples are made of images while it trains.</summary>
    public bool HasHardSamples => Source != HardSampleSource.None;

    /// <summary>The noise of hard samples.</summary>
    public NoiseSource HardSampleNoise => _networks.Noise;

    /// <summary>Present difficulty of hard samples, 0 to 1.</summary>
    public double Level => _policy.Level;

    /// <summary>Hard samples of labeled rows as they are at present, to look at: no network learns from them, and no statistic moves.</summary>
    public HardSamples HardSamplesOf(int[] rows)
    {
        var targets = _batches.Targets(rows);
        var images = _batches.Plain(rows);
        Adversary?.eval();
        try
        {
            var anchors = new Anchors(Teacher.call(images).Code, targets);
            return Make(images, hard => _objective.PerRow(Teacher.call(hard), targets, known: null, anchors));
        }
        finally
        {
            Adversary?.train();
        }
    }
}
