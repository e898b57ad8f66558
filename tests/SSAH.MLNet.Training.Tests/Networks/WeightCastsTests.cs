using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Networks.Layers;
using SSAH.MLNet.Training.Tests.Trainer;
using TorchSharp;
using Convolution = SSAH.MLNet.Training.Networks.Layers.Convolution;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Networks;

/// <summary>On a GPU a step casts each weight once; here the same is done on the CPU.</summary>
public sealed class WeightCastsTests
{
    [Fact]
    public void Shared_casts_change_no_value_and_gradients_by_no_more_than_the_number_type_rounds()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        network.TrackStatistics(false);
        var images = randn(8, 3, 16, 16);
        var (alone, aloneGradients) = TwoPasses();
        int casts;
        Tensor shared;
        Tensor[] sharedGradients;
        using (var sharing = network.ShareCasts())
        {
            // As a pass without gradients that comes first: it must not be what the others learn through.
            using (no_grad())
                network.call(images);
            (shared, sharedGradients) = TwoPasses();
            casts = sharing.Count;
        }
        Assert.Equal(alone.data<float>().ToArray(), shared.data<float>().ToArray());
        // A weight each, and the whitening's two.
        Assert.Equal(network.Backbone.modules().OfType<Convolution>().Count() + 2, casts);
        foreach (var (expected, actual) in aloneGradients.Zip(sharedGradients))
            Assert.InRange((expected - actual).abs().max().ToDouble(), 0, 0.02 * expected.abs().max().ToDouble() + 1e-12);
        // Nothing is kept that the next step would take for its own.
        Assert.All(network.modules().OfType<GraphOperator>(), layer => Assert.Null(layer.Casts));

        (Tensor, Tensor[]) TwoPasses()
        {
            network.zero_grad();
            var first = network.call(images).Code;
            var second = network.call(images * 0.9).Code;
            (first - second).pow(2).sum().backward();
            return (second.detach(), [.. network.parameters().Where(parameter => parameter.requires_grad).Select(parameter => parameter.grad!.clone())]);
        }
    }

    [Theory]
    [InlineData(HardSampleSource.Adversarial)]
    [InlineData(HardSampleSource.HardestRandom)]
    public void A_training_with_shared_casts_begins_like_one_without_and_leaves_no_tensor_behind(HardSampleSource source)
    {
        double[] alone = Losses(sharesCasts: false), shared = Losses(sharesCasts: true);
        Assert.Equal(alone[0], shared[0]);
        // The second step has other weights already, but for what bfloat16 rounds.
        Assert.InRange(Math.Abs(alone[1] - shared[1]), 0, 0.02 * alone[1]);
        Assert.All(shared, loss => Assert.True(double.IsFinite(loss)));

        double[] Losses(bool sharesCasts)
        {
            var options = Images.Options();
            (options.HardSamples.Source, options.Consistency.ConfidenceThreshold) = (source, 0);
            using var training = new SsahTraining(Images.Set(60, labeledEvery: 3), options, CPU, ScalarType.BFloat16, seed: 1, sharesCasts: sharesCasts);
            double[] losses = [.. Enumerable.Range(0, 6).Select(_ => Step(training))];
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            Step(training);
            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            return losses;
        }

        static double Step(SsahTraining training)
        {
            training.RunStep();
            return training.Report(null).TotalLoss;
        }
    }

    private static HashNetwork Network()
    {
        var network = new HashNetwork(BackboneNetwork.SmallResNet(3, 16), bits: 12, classHeadSize: 0) { ComputeType = ScalarType.BFloat16 };
        using var generator = new Generator(1, CPU);
        Initialization.Apply(network, generator);
        return network;
    }
}
