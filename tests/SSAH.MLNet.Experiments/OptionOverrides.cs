using System.Globalization;

namespace SSAH.MLNet.Experiments;

/// <summary>
/// Trainer options that the command line sets by name, for trying things out: <c>--set LearningRate=0.03 --set HardSamples.Weight=1 --set
/// OcclusionScales=4+8</c>.
/// </summary>
internal sealed class OptionOverrides
{
    private readonly List<(NamedOption Option, string Value)> _values = [];

    public void Add(string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || OptionNames.Find(assignment[..equals]) is not { } option)
            throw new FormatException(
                $"--set takes NAME=VALUE with the name of a trainer option, such as Bits or Optimization.LearningRate, not '{assignment}'.");
        _values.Add((option, assignment[(equals + 1)..]));
    }

    public void Apply(SsahTrainer.Options options)
    {
        foreach (var (option, value) in _values)
        {
            var type = Nullable.GetUnderlyingType(option.Property.PropertyType) ?? option.Property.PropertyType;
            try
            {
                option.Property.SetValue(option.OwnerIn(options), Parse(value, type));
            }
            catch (Exception e) when (e is ArgumentException or InvalidCastException or FormatException or OverflowException)
            {
                throw new FormatException($"--set {option.Name}={value}: {e.Message}", e);
            }
        }
    }

    private static object Parse(string value, Type type)
    {
        if (type == typeof(IReadOnlyList<int>))
            return value.Split('+').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return type.IsEnum ? Enum.Parse(type, value) : Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
    }
}
