using SSAH.MLNet.Samples.Demo;

namespace SSAH.MLNet.Samples.Tests.Demo;

public sealed class DemoOptionsTests
{
    [Fact]
    public void Every_option_is_read()
    {
        var given = DemoOptions.Parse(
            ["--data", "a b", "--budget", "0.5", "--steps", "7", "--bits", "12", "--side", "64", "--seed", "9", "--out", "x"]);
        Assert.Equal(
            ("a b", 0.5, 7, 12, 64, 9, "x"),
            (given.Data, given.BudgetMinutes, given.Steps, given.Bits, given.Side, given.Seed, given.Out));
        var plain = DemoOptions.Parse([]);
        Assert.Equal((5.0, 64, 96, 1), (plain.BudgetMinutes, plain.Bits, plain.Side, plain.Seed));
    }

    [Fact]
    public void Usage_names_every_option()
    {
        foreach (var name in new[] { "--data", "--budget", "--steps", "--bits", "--side", "--seed", "--out" })
            Assert.Contains(name, DemoOptions.Usage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--color", "'--color'")]
    [InlineData("--bits", "--bits needs a value")]
    [InlineData("--bits many", "not 'many'")]
    [InlineData("--bits 7", "from 8 to 512")]
    [InlineData("--budget NaN", "not 'NaN'")]
    [InlineData("--seed -1", "--seed takes")]
    public void Errors_say_what_is_wrong(string line, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => DemoOptions.Parse(line.Split(' '))).Message, StringComparison.Ordinal);
}
