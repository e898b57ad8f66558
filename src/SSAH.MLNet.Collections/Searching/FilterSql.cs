using System.Globalization;
using SSAH.MLNet.Collections.Storage;

namespace SSAH.MLNet.Collections.Searching;

/// <summary>A condition on the rows <c>i</c> of table image, with its values apart.</summary>
internal sealed class FilterSql
{
    private readonly List<object?> _values = [];
    private readonly IReadOnlyList<Root> _roots;

    public FilterSql(ImageFilter filter, IReadOnlyList<Root> roots)
    {
        _roots = roots;
        Text = filter.Write(this);
    }

    /// <summary>The condition.</summary>
    public string Text { get; }

    /// <summary>Its values, <c>$1</c> and so on.</summary>
    public object?[] Values => [.. _values];

    /// <summary>Adds a value and gives the name that stands for it.</summary>
    public string Value(object value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${_values.Count}");
    }

    /// <summary>Images below a folder: whole roots, or parts of one by a range of the unique index.</summary>
    public string Below(string folder)
    {
        string[] parts = [.. _roots.Select(root => Part(root, folder)).OfType<string>()];
        return parts.Length == 0 ? "0" : $"({string.Join(" OR ", parts)})";
    }

    private string? Part(Root root, string folder)
    {
        if (root.IsBelow(folder))
            return $"i.root = {Value(root.Key)}";
        if (root.RelativePathOf(folder) is not { } relative)
            return null;
        // '0' is the character after '/'.
        return $"(i.root = {Value(root.Key)} AND i.path > {Value(relative.TrimEnd('/') + "/")} AND i.path < {Value(relative.TrimEnd('/') + "0")})";
    }
}
