namespace SSAH.MLNet.Files.Tests;

/// <summary>
/// Damage by chance: single-bit flips, cuts and other mutations of a small file of each kind. Here some of them, with all that are in a header;
/// <c>./build.sh fuzz --kind flips --inputs 10000000</c> takes every bit.
/// </summary>
public sealed class FlipTests
{
    private const int Flips = 400, HeaderBits = 400, Cuts = 100, Mutations = 100;
    // Far more than any input takes, also on a machine that does much else; the fuzzer counts the time that a process computes: 10 s.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Readers => [.. AllTargets.Names];

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task A_flipped_bit_or_a_cut_gives_the_right_content_or_an_error_of_the_family(string reader)
    {
        using FileTarget target = AllTargets.Named(reader);
        byte[] good = target.Smallest;
        string whole = target.Read(good);
        Assert.Equal(whole, target.Read(good));
        var random = new Random(1);
        int bits = 8 * good.Length;
        IEnumerable<int> flipped = Enumerable.Range(0, Math.Min(HeaderBits, bits)).Concat(Enumerable.Range(0, Flips).Select(_ => random.Next(bits)));
        foreach (int bit in flipped.Distinct())
        {
            byte[] bytes = [.. good];
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            await Check(target, bytes, whole, $"bit {bit}");
        }
        // Half a file without a checksum may be a whole one.
        foreach (int length in Enumerable.Range(0, Cuts).Select(i => (int)((long)i * good.Length / Cuts)).Distinct())
            await Check(target, good[..length], target.IsChecked ? whole : null, $"{length} of {good.Length} bytes");
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task Mutations_with_right_checksums_are_read_or_refused(string reader)
    {
        using FileTarget target = AllTargets.Named(reader);
        InputSource source = InputSource.Of("mutations", seed: 2);
        for (int number = 0; number < Mutations; number++)
            await Check(target, source.Make(target, number, Mutations), whole: null, $"mutation {number}");
    }

    private static async Task Check(FileTarget target, byte[] bytes, string? whole, string input)
    {
        string said = "";
        Outcome outcome = await Task.Run(() => Child.OutcomeOf(target, bytes, whole, out said)).WaitAsync(s_patience);
        Assert.True(outcome is Outcome.Read or Outcome.Refused || (!target.IsChecked && outcome is Outcome.Changed or Outcome.ChangedSlightly),
            $"{input} of {target.Name}: {outcome}, {said}");
    }
}
