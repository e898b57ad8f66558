using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace SSAH.MLNet.Training;

/// <summary>One setting of <see cref="SsahTrainer.Options"/>.</summary>
/// <param name="Name">Its name with its group's: <c>Optimization.LearningRate</c>.</param>
/// <param name="Group">The group's property; null at the top.</param>
/// <param name="Property">The setting's property.</param>
internal sealed record Option(string Name, PropertyInfo? Group, PropertyInfo Property)
{
    /// <summary>The values that it may have; null if any value will do.</summary>
    public RangeAttribute? Range { get; } = Property.GetCustomAttribute<RangeAttribute>();

    /// <summary>Whether it must be given.</summary>
    public bool IsRequired { get; } = Property.IsDefined(typeof(RequiredAttribute));

    /// <summary>Its value in these options.</summary>
    public object? ValueIn(SsahTrainer.Options options) => Property.GetValue(Group is null ? options : Group.GetValue(options));
}

/// <summary>Every setting of <see cref="SsahTrainer.Options"/>, for validation, metadata and documentation alike.</summary>
internal static class OptionTable
{
    /// <summary>The settings at the top, then those of each group.</summary>
    public static IReadOnlyList<Option> All { get; } =
    [
        .. from property in typeof(SsahTrainer.Options).GetProperties() where !IsGroup(property) select new Option(property.Name, null, property),
        .. from @group in typeof(SsahTrainer.Options).GetProperties()
           where IsGroup(@group)
           from property in @group.PropertyType.GetProperties()
           select new Option($"{@group.Name}.{property.Name}", @group, property),
    ];

    private static bool IsGroup(PropertyInfo property) => property.PropertyType.DeclaringType == typeof(SsahTrainer);
}
