using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Method;

public sealed class RandomHardSamplesTests
{
    private static RandomHardSamples Source() => new(new HardSampleShape([2, 4], Rotates: true), new NoiseSource(3, CPU));

    [Fact]
    public void The_hardest_of_an_image_is_the_hardest_of_its_candidates_with_their_area_and_angle()
    {
        using var scope = NewDisposeScope();
        var images = randn(5, 3, 16, 16);
        var limits = new HardSampleLimits(Area: 0.3, Angle: 1);
        static Tensor Difficulty(Tensor images) => images.square().mean([1, 2, 3]);
        var source = Source();
        var hardest = source.MakeHardest(images, limits, Difficulty);

        var same = Source();
        var candidates = Enumerable.Range(0, RandomHardSamples.Candidates).Select(_ => same.Make(images, limits)).ToArray();
        var chosen = new HashSet<int>();
        for (int i = 0; i < 5; i++)
        {
            int best = Enumerable.Range(0, candidates.Length).MaxBy(k => Difficulty(candidates[k].Images)[i].ToSingle());
            chosen.Add(best);
            Assert.True(hardest.Images[i].Equals(candidates[best].Images[i]));
            Assert.Equal(candidates[best].Areas[i].ToSingle(), hardest.Areas[i].ToSingle());
            Assert.Equal(candidates[best].Angles[i].ToSingle(), hardest.Angles[i].ToSingle());
        }
        Assert.True(chosen.Count > 1);
    }

    [Fact]
    public void Areas_and_angles_are_those_of_each_image_and_within_the_limits()
    {
        using var scope = NewDisposeScope();
        var source = Source();
        var samples = source.Make(ones(20, 1, 16, 16), new HardSampleLimits(Area: 0.25, Angle: 0.5));
        float[] areas = samples.Areas.data<float>().ToArray(), angles = samples.Angles.data<float>().ToArray();
        Assert.Equal(20, areas.Length);
        Assert.All(areas, area => Assert.InRange(area, 0.01f, 0.25f));
        Assert.All(angles, angle => Assert.InRange(angle, 0, (float)(0.5 * 180 / Math.PI)));
        Assert.True(angles.Distinct().Count() > 10);
    }
}
