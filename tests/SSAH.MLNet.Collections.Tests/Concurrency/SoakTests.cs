using SSAH.MLNet.Benchmarks.Soak;

namespace SSAH.MLNet.Collections.Tests.Concurrency;

/// <summary>A second each of what <c>bench soak</c> does for ten minutes.</summary>
public sealed class SoakTests
{
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(1);

    [Fact]
    public void An_encoder_and_pooled_engines_give_the_same_codes_under_sixteen_threads()
    {
        using var soak = new EncoderSoak();
        Check(soak.Run(s_duration, threads: 16), hasWriter: false);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Searches_beside_a_writer_give_the_answers_of_a_state_that_the_index_was_in(bool hashed)
    {
        var soak = new IndexSoak(hashed);
        Check(soak.Run(s_duration, readers: 8), hasWriter: true);
        Assert.InRange(soak.Answers.PassedOver, 0, soak.Answers.Checked / 10);
    }

    [Fact]
    public void Searches_beside_a_writer_give_the_answers_of_a_state_that_the_collection_was_in()
    {
        using var soak = new CollectionSoak();
        Check(soak.Run(s_duration, readers: 4), hasWriter: true);
    }

    private static void Check(SoakRun run, bool hasWriter)
    {
        Assert.Empty(run.Wrong);
        Assert.InRange(run.Latencies.Count, 20, long.MaxValue);
        Assert.Equal(hasWriter, run.Changes > 0);
    }
}
