namespace SSAH.MLNet;

/// <summary>Numbers the texts of a label column as they first come.</summary>
internal sealed class TextClasses(string columnName)
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    /// <summary>The texts so far.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Number of a text; -1 for the empty one, which is not a label.</summary>
    /// <exception cref="InvalidDataException">There are too many texts to be classes.</exception>
    public int ClassOf(ReadOnlyMemory<char> text)
    {
        if (text.IsEmpty)
            return -1;
        string name = text.ToString();
        if (_numbers.TryGetValue(name, out int number))
            return number;
        if (_names.Count == LabelColumn.MaxClassCount)
            throw new InvalidDataException($"Label column '{columnName}' has more than {LabelColumn.MaxClassCount} different texts: these are not classes.");
        _names.Add(name);
        _numbers.Add(name, _names.Count - 1);
        return _names.Count - 1;
    }
}
