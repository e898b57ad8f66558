using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>
/// Shows how hard samples of the same few images change while a training goes on. It learns from nothing and leaves no trace in it: the noise is the same
/// each time, and the training's own noise goes on where it was.
/// </summary>
internal sealed class ShownHardSamples : IDisposable
{
    // Shares of the training at which they are shown, and then at its end.
    private static readonly double[] s_times = [0, 0.25, 0.5, 0.75];

    private readonly SsahTraining _training;
    private readonly TrainingSet _set;
    private readonly Action<HardSampleStage>? _show;
    private readonly int[] _rows;
    private readonly Tensor? _noise;
    private int _next;
    private int? _shownStep;

    /// <param name="training">The training.</param>
    /// <param name="set">Its images.</param>
    /// <param name="show">Takes the stages; null where nobody looks.</param>
    public ShownHardSamples(SsahTraining training, TrainingSet set, Action<HardSampleStage>? show)
    {
        (_training, _set) = (training, set);
        _show = training.HasHardSamples ? show : null;
        _rows = _show is null ? [] : ShownRows.Choose(set.LabeledRows, set.Labels);
        _noise = _show is null ? null : training.HardSampleNoise.State;
    }

    /// <summary>Shows them where it is time; called before the first step and after each.</summary>
    public void AfterStep()
    {
        if (_show is null || _next == s_times.Length || _training.Progress < s_times[_next])
            return;
        // A training that goes on from a checkpoint has missed some.
        _next = s_times.Count(time => time <= _training.Progress);
        Show();
    }

    /// <summary>Shows them as they are at the end.</summary>
    public void AtEnd()
    {
        if (_show is not null && _shownStep != _training.Step)
            Show();
    }

    /// <inheritdoc/>
    public void Dispose() => _noise?.Dispose();

    private void Show()
    {
        _shownStep = _training.Step;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor own = _training.HardSampleNoise.State;
        HardSamples samples;
        try
        {
            _training.HardSampleNoise.State = _noise!;
            samples = _training.HardSamplesOf(_rows);
        }
        finally
        {
            _training.HardSampleNoise.State = own;
        }
        float[] images = samples.Images.Fetch().contiguous().data<float>().ToArray(), areas = samples.Areas.Fetch().data<float>().ToArray();
        float[] angles = samples.Angles.Fetch().data<float>().ToArray();
        _show!(new HardSampleStage
        {
            Name = FormattableString.Invariant($"step {_training.Step}"), Step = _training.Step, Progress = _training.Progress, Level = _training.Level,
            Width = _set.Shape.Width, Height = _set.Shape.Height,
            Samples = [.. _rows.Select((row, i) => new HardSample(Rgb(_set.Image(row)), Rgb(Bytes(images.AsSpan(i * _set.Shape.Size, _set.Shape.Size))),
                ShownRows.LabelOf(_set.Labels, row), areas[i], angles[i]))],
        });
    }

    private byte[] Rgb(ReadOnlySpan<byte> planes) => InterleavedRgb.Of(planes, _set.Shape);

    // From normalized values back to those of an image.
    private byte[] Bytes(ReadOnlySpan<float> planes)
    {
        byte[] bytes = new byte[planes.Length];
        int plane = _set.Shape.Height * _set.Shape.Width;
        for (int i = 0; i < planes.Length; i++)
            bytes[i] = (byte)Math.Clamp(Math.Round(planes[i] * _training.Normalization.Deviation[i / plane] + _training.Normalization.Mean[i / plane]), 0, 255);
        return bytes;
    }
}
