using System.Globalization;

namespace SSAH.MLNet.Experiments;

/// <summary>Trainer options that the command line sets by name, for trying things out: <c>--set ConfidenceThreshold=0.8 --set OcclusionScales=4+8</c>.</summary>
internal sealed class OptionOverrides
{
    private readonly List<(string Name, string Value)> _values = [];

    public void Add(string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        string name = equals > 0 ? assignment[..equals] : assignment;
        if (equals <= 0 || typeof(SsahTrainer.Options).GetProperty(name) is null)
            throw new FormatException($"--set takes NAME=VALUE with the name of a trainer option, not '{assignment}'.");
        _values.Add((name, assignment[(equals + 1)..]));
    }

    public void Apply(SsahTrainer.Options options)
    {
        foreach (var (name, value) in _values)
        {
            var property = typeof(SsahTrainer.Options).GetProperty(name)!;
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            try
            {
                property.SetValue(options, Parse(value, type));
            }
            catch (Exception e) when (e is ArgumentException or InvalidCastException or FormatException or OverflowException)
            {
                throw new FormatException($"--set {name}={value}: {e.Message}", e);
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
