using System.Reflection;

namespace SSAH.MLNet.Experiments;

/// <summary>One trainer option by its full name: <c>Bits</c>, <c>Optimization.LearningRate</c>.</summary>
/// <param name="Name">The full name.</param>
/// <param name="Group">The group's property; null at the top.</param>
/// <param name="Property">The option's property.</param>
internal sealed record NamedOption(string Name, PropertyInfo? Group, PropertyInfo Property)
{
    /// <summary>Its name without its group where no other option has that.</summary>
    public string ShortName => OptionNames.Find(Property.Name) == this ? Property.Name : Name;

    /// <summary>The object that the option is a property of.</summary>
    public object OwnerIn(SsahTrainer.Options options) => Group is null ? options : Group.GetValue(options)!;
}

/// <summary>The trainer's options by name, for the command line and for records.</summary>
internal static class OptionNames
{
    // Names of the time when all options were flat, where they are not the present ones without their group. Records and commands of docs/results.md have them.
    private static readonly Dictionary<string, string> s_former = new()
    {
        ["HardSamples"] = "HardSamples.Source",
        ["AdversarialWeight"] = "HardSamples.Weight",
        ["CopingShare"] = "HardSamples.RisingLossShare",
        ["ConsistentWeight"] = "Consistency.Weight",
        ["ConsistentRamp"] = "Consistency.Ramp",
        ["ValidationFraction"] = "Validation.Fraction",
        ["EarlyStoppingPatience"] = "Validation.Patience",
    };

    public static IReadOnlyList<NamedOption> All { get; } =
    [
        .. from property in typeof(SsahTrainer.Options).GetProperties()
           let isGroup = property.PropertyType.DeclaringType == typeof(SsahTrainer)
           from option in isGroup ? property.PropertyType.GetProperties() : [property]
           select isGroup ? new NamedOption($"{property.Name}.{option.Name}", property, option) : new NamedOption(option.Name, null, option),
    ];

    /// <summary>
    /// The option with this full name, with this name in a group if only one group has it, or with this name in the time before there were groups;
    /// null: none.
    /// </summary>
    public static NamedOption? Find(string name)
    {
        string full = s_former.GetValueOrDefault(name, name);
        return All.FirstOrDefault(option => option.Name == full)
            ?? (All.Where(option => option.Property.Name == full).ToArray() is [var only] ? only : null);
    }
}
