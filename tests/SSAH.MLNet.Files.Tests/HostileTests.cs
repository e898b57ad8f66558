using SSAH.MLNet.Files.Tests.Hostile;

namespace SSAH.MLNet.Files.Tests;

/// <summary>Files that were made by hand to do harm.</summary>
public sealed class HostileTests
{
    // Far below what the files claim, and room for what runs beside.
    private const long MaxAllocated = 150L << 20;
    // Far more than any input takes, also on a machine that does much else; the fuzzer counts the time that a process computes: 10 s.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Names => [.. HostileCase.All.Keys];

    [Fact]
    public void There_are_two_hundred_and_more() => Assert.InRange(HostileCase.All.Count, 200, int.MaxValue);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_refused_by_an_error_of_the_family_in_time_and_memory(string name)
    {
        HostileCase hostile = HostileCase.All[name];
        using FileTarget target = AllTargets.Named(hostile.Reader);
        byte[] bytes = hostile.Make();
        long allocated = 0;
        (Outcome outcome, string said) = await Task.Run(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Outcome outcome = Child.OutcomeOf(target, bytes, whole: null, out string said);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return (outcome, said);
        }).WaitAsync(s_patience);
        Assert.True(outcome == Outcome.Refused || (hostile.IsHarmless && outcome == Outcome.Read), $"{outcome}: {said}");
        Assert.InRange(allocated, 0, MaxAllocated);
    }
}
