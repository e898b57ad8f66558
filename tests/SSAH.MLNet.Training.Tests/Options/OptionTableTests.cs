using System.Globalization;
using System.Xml.Linq;
using Microsoft.ML;
using SSAH.MLNet.Training.Method;

namespace SSAH.MLNet.Training.Tests.Options;

public sealed class OptionTableTests
{
    private static readonly SsahTrainer.Options s_defaults = new();

    // What IntelliSense shows, as the compiler wrote it beside the library.
    private static readonly Dictionary<string, string> s_documentation = XDocument.Load(Path.ChangeExtension(typeof(SsahTrainer).Assembly.Location, ".xml"))
        .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value,
            member => string.Join(' ', member.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

    public static TheoryData<string> Names => [.. OptionTable.All.Select(option => option.Name)];

    private static Option Find(string name) => OptionTable.All.Single(option => option.Name == name);

    private static string DocumentationOf(Option option) =>
        s_documentation[$"P:{option.Property.DeclaringType!.FullName!.Replace('+', '.')}.{option.Property.Name}"];

    private static string Text(object value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.##########}");

    [Theory]
    [MemberData(nameof(Names))]
    public void The_documentation_states_the_range_and_the_default_that_hold(string name)
    {
        var option = Find(name);
        string documentation = DocumentationOf(option);
        if (option.Range is { } range)
            Assert.Contains(range.Maximum is int.MaxValue ? $"at least {range.Minimum}" : $"{Text(range.Minimum)} to {Text(range.Maximum)}",
                documentation, StringComparison.Ordinal);
        string? expected = option.ValueIn(s_defaults) switch
        {
            bool value => $"Default {(value ? "true" : "false")}",
            Enum value => $"Default <see cref=\"F:{value.GetType().FullName}.{value}\"",
            int or double => $"Default {Text(option.ValueIn(s_defaults)!)}",
            _ => null,
        };
        Assert.Contains(expected ?? "", documentation, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_number_has_a_range_and_every_range_is_checked(string name)
    {
        var option = Find(name);
        var type = Nullable.GetUnderlyingType(option.Property.PropertyType) ?? option.Property.PropertyType;
        if (type == typeof(double) || (type == typeof(int) && name != nameof(SsahTrainer.Options.Seed)))
            Assert.NotNull(option.Range);
        if (option.Range is null)
            return;
        foreach (object bad in type == typeof(double) ? new object[] { double.NaN, -1e-9, 1e9 } : [-1])
        {
            var options = new SsahTrainer.Options();
            option.Property.SetValue(option.Group is null ? options : option.Group.GetValue(options),
                type == typeof(IReadOnlyList<int>) ? new[] { (int)bad } : bad);
            var error = Assert.Throws<ArgumentException>(() => new MLContext(1).Transforms.SsahHash(options));
            Assert.Contains($"- {name} is ", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_copy_shares_no_group_with_its_original()
    {
        var options = new SsahTrainer.Options { HardSamples = { OcclusionScales = [4] } };
        var copy = options.Copy();
        foreach (var group in OptionTable.All.Select(option => option.Group).OfType<System.Reflection.PropertyInfo>())
            Assert.NotSame(group.GetValue(options), group.GetValue(copy));
        Assert.NotSame(options.HardSamples.OcclusionScales, copy.HardSamples.OcclusionScales);
        Assert.Equal(OptionTable.All.Select(option => option.ValueIn(options)), OptionTable.All.Select(option => option.ValueIn(copy)));
    }

    [Fact]
    public void Names_that_are_missing_and_choices_that_are_none_are_errors()
    {
        var options = new SsahTrainer.Options { LabelColumnName = null!, Backbone = null!, Device = (TrainingDevice)9,
            HardSamples = { MinMargin = 2, MaxMargin = 1 } };
        string message = Assert.Throws<ArgumentException>(() => new MLContext(1).Transforms.SsahHash(options)).Message;
        foreach (string part in new[] { "4 error(s)", "LabelColumnName is empty", "Backbone is empty", "Device is 9",
            "HardSamples.MaxMargin is 1, less than HardSamples.MinMargin (2)" })
            Assert.Contains(part, message, StringComparison.Ordinal);
    }
}
