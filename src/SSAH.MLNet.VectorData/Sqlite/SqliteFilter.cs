using System.Globalization;
using System.Linq.Expressions;
using System.Numerics;
using Microsoft.Extensions.VectorData.ProviderServices;
using SSAH.MLNet.VectorData.Filters;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>A filter in SQLite's SQL.</summary>
internal sealed class SqliteFilter : FilterTranslator
{
    // SQLite takes 32,766 values in a statement.
    private const int MaxValues = 32_000;

    // Up to here the length of a list is rounded up, so that lists of many lengths are few statements.
    private const int MaxRounded = 256;
    private readonly List<object?> _values = [];

    public SqliteFilter(LambdaExpression filter, CollectionModel model)
    {
        Text = Translate(filter, model);
        if (_values.Count > MaxValues)
            throw new NotSupportedException($"The filter compares with {_values.Count} values, and takes {MaxValues}.");
    }

    /// <summary>The condition.</summary>
    public string Text { get; }

    /// <summary>Its values, <c>$1</c> and so on.</summary>
    public object?[] Values => [.. _values];

    // A codes table beside the records may have a column of the same name.
    protected override string Column(PropertyModel property) => $"r.{base.Column(property)}";

    protected override string Parameter(object value)
    {
        _values.Add(SqliteValue.Store(value));
        return string.Create(CultureInfo.InvariantCulture, $"${_values.Count}");
    }

    protected override string SameColumns(string left, string right, bool negated) => $"{left} IS {(negated ? "NOT " : "")}{right}";

    protected override string OneOf(string column, IReadOnlyList<object> values, bool negated) =>
        $"{column} {(negated ? "NOT " : "")}IN ({string.Join(", ", Rounded(values).Select(Parameter))})";

    protected override string ListContains(string column, string item) => $"EXISTS (SELECT 1 FROM json_each({column}) WHERE value = {item})";

    protected override string TextMatches(TextMatch match, string column, string text) => match switch
    {
        TextMatch.Starts => $"substr({column}, 1, length({text})) = {text}",
        TextMatch.Ends => $"(length({text}) = 0 OR (length({column}) >= length({text}) AND substr({column}, -length({text})) = {text}))",
        _ => $"instr({column}, {text}) > 0",
    };

    // A value that is in a list twice is in it.
    private static IEnumerable<object> Rounded(IReadOnlyList<object> values) => values.Count is 0 or > MaxRounded ? values
        : values.Concat(Enumerable.Repeat(values[^1], (int)BitOperations.RoundUpToPowerOf2((uint)values.Count) - values.Count));
}
