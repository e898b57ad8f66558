using System.Collections;
using System.Linq.Expressions;
using Microsoft.Extensions.VectorData.ProviderServices;
using Microsoft.Extensions.VectorData.ProviderServices.Filter;

namespace SSAH.MLNet.VectorData.Filters;

/// <summary>
/// Writes a filter as a condition of SQL that means what C# says, with all values apart. Negations are carried down to the single comparisons: only there
/// does a null need care, and the comparisons that are not negated stay such that an index answers them.
/// </summary>
internal abstract class FilterTranslator : FilterTranslatorBase
{
    /// <summary>The condition.</summary>
    public string Translate(LambdaExpression filter, CollectionModel model) =>
        Condition(PreprocessFilter(DecidedSides.Without(filter), model, new FilterPreprocessingOptions { SupportsParameterization = true }), negated: false);

    /// <summary>Adds a value and gives the name that stands for it.</summary>
    protected abstract string Parameter(object value);

    /// <summary>Whether two columns, either of which may be null, are the same or not.</summary>
    protected abstract string SameColumns(string left, string right, bool negated);

    /// <summary>Whether a column, not null, is one of some values, or is none of them.</summary>
    protected abstract string OneOf(string column, IReadOnlyList<object> values, bool negated);

    /// <summary>Whether a list of texts has one of them.</summary>
    protected abstract string ListContains(string column, string item);

    /// <summary>Whether a text, compared by ordinal, begins with another, ends with it or contains it.</summary>
    protected abstract string TextMatches(TextMatch match, string column, string text);

    /// <summary>A property's column.</summary>
    protected virtual string Column(PropertyModel property) => SqlName.Of(property.StorageName);

    private string Condition(Expression node, bool negated) => node switch
    {
        _ when TryValue(node, out object? value) && value is bool truth => truth != negated ? "1=1" : "1=0",
        _ when TryBindProperty(node, out PropertyModel? property) && IsBool(property) => Negatable($"{Column(property)} = TRUE", Column(property), negated),
        UnaryExpression { NodeType: ExpressionType.Not } not => Condition(not.Operand, !negated),
        UnaryExpression { NodeType: ExpressionType.Convert } convert => Condition(convert.Operand, negated),
        BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } both => Joined(both, negated ? "OR" : "AND", negated),
        BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } either => Joined(either, negated ? "AND" : "OR", negated),
        BinaryExpression comparison => Comparison(comparison, negated),
        MemberExpression { Member.Name: "HasValue", Expression: { } inner } when TryBindProperty(inner, out PropertyModel? property) =>
            $"{Column(property)} IS {(negated ? "" : "NOT ")}NULL",
        MethodCallExpression call => Call(call, negated),
        _ => throw Unsupported(node),
    };

    private string Joined(BinaryExpression node, string by, bool negated) => $"({Condition(node.Left, negated)} {by} {Condition(node.Right, negated)})";

    private string Comparison(BinaryExpression node, bool negated)
    {
        if (node.NodeType is ExpressionType.Equal or ExpressionType.NotEqual)
            return Equality(node, negated != (node.NodeType == ExpressionType.NotEqual));
        string? sign = node.NodeType switch
        {
            ExpressionType.LessThan => "<",
            ExpressionType.LessThanOrEqual => "<=",
            ExpressionType.GreaterThan => ">",
            ExpressionType.GreaterThanOrEqual => ">=",
            _ => throw Unsupported(node),
        };
        string?[] columns = [ColumnOf(node.Left), ColumnOf(node.Right)];
        object?[] values = [columns[0] is null ? ValueOf(node.Left) : null, columns[1] is null ? ValueOf(node.Right) : null];
        // What is compared with null is neither less nor greater.
        if ((columns[0] ?? values[0]) is null || (columns[1] ?? values[1]) is null)
            return negated ? "1=1" : "1=0";
        string condition = $"{columns[0] ?? Parameter(values[0]!)} {sign} {columns[1] ?? Parameter(values[1]!)}";
        return negated ? $"(NOT ({condition}) OR {string.Join(" OR ", columns.OfType<string>().Select(column => $"{column} IS NULL"))})" : condition;
    }

    private string Equality(BinaryExpression node, bool negated)
    {
        (string? left, string? right) = (ColumnOf(node.Left), ColumnOf(node.Right));
        if (left is not null && right is not null)
            return SameColumns(left, right, negated);
        if ((left ?? right) is not { } column)
            return Equals(ValueOf(node.Left), ValueOf(node.Right)) != negated ? "1=1" : "1=0";
        return IsValue(column, ValueOf(left is null ? node.Left : node.Right), negated);
    }

    private string IsValue(string column, object? value, bool negated) => value is null
        ? $"{column} IS {(negated ? "NOT " : "")}NULL"
        : Negatable($"{column} = {Parameter(value)}", column, negated);

    private static string Negatable(string condition, string column, bool negated) => negated ? $"(NOT ({condition}) OR {column} IS NULL)" : condition;

    private string Call(MethodCallExpression call, bool negated)
    {
        if (call.Object is { } self && self.Type == typeof(string) && TextMatchOf(call) is { } match && ColumnOf(self) is { } text)
            return Negatable(TextMatches(match, text, Parameter(ValueOf(call.Arguments[0]) ?? throw Unsupported(call))), text, negated);
        if (call is { Method.Name: "Equals", Object: { } left, Arguments: [var right] })
            return Equality(Expression.Equal(left, Expression.Convert(right, left.Type)), negated);
        if (!TryMatchContains(call, out Expression? source, out Expression? item))
            throw Unsupported(call);
        if (ColumnOf(source) is { } list)
        {
            string contains = ListContains(list, Parameter(ValueOf(item) ?? throw Unsupported(call)));
            return negated ? $"NOT coalesce({contains}, FALSE)" : contains;
        }
        return OneOfValues(ColumnOf(item) ?? throw Unsupported(call), ValuesOf(source), negated);
    }

    private string OneOfValues(string column, object?[] values, bool negated)
    {
        bool hasNull = values.Contains(null);
        string one = OneOf(column, [.. values.OfType<object>()], negated);
        return (hasNull, negated) switch
        {
            (true, false) => $"({one} OR {column} IS NULL)",
            (false, true) => $"({one} OR {column} IS NULL)",
            (true, true) => $"({one} AND {column} IS NOT NULL)",
            _ => one,
        };
    }

    private object?[] ValuesOf(Expression source) => source is NewArrayExpression array
        ? [.. array.Expressions.Select(ValueOf)]
        : ValueOf(source) is IEnumerable values ? [.. values.Cast<object?>()] : throw Unsupported(source);

    private static TextMatch? TextMatchOf(MethodCallExpression call) => call.Arguments switch
    {
        [_] => MatchNamed(call.Method.Name),
        // Any other comparison than by ordinal would not mean the same in the database.
        [_, ConstantExpression { Value: StringComparison.Ordinal }] => MatchNamed(call.Method.Name),
        _ => null,
    };

    private static TextMatch? MatchNamed(string name) => name switch
    {
        nameof(string.StartsWith) => TextMatch.Starts,
        nameof(string.EndsWith) => TextMatch.Ends,
        nameof(string.Contains) => TextMatch.Contains,
        _ => null,
    };

    private string? ColumnOf(Expression node)
    {
        // Before binding, which takes conversions from object only: those are how dictionaries say a property's type.
        if (node is UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } convert && convert.Operand.Type != typeof(object)
            && ColumnOf(convert.Operand) is { } converted)
            return Widens(convert) ? converted : throw Unsupported(node);
        if (TryBindProperty(node, out PropertyModel? property))
            return property is VectorPropertyModel ? throw Unsupported(node) : Column(property);
        return node switch
        {
            MemberExpression { Member.Name: "Value", Expression: { } inner } when Nullable.GetUnderlyingType(inner.Type) is not null => ColumnOf(inner),
            // Arrays are handed to what takes spans.
            MethodCallExpression { Method.Name: "op_Implicit", Arguments: [var inner] } => ColumnOf(inner),
            _ => null,
        };
    }

    private static bool IsBool(PropertyModel property) => (Nullable.GetUnderlyingType(property.Type) ?? property.Type) == typeof(bool);

    // A conversion that loses something would have to be done by the database, in its own way.
    private static bool Widens(UnaryExpression convert)
    {
        Type from = Nullable.GetUnderlyingType(convert.Operand.Type) ?? convert.Operand.Type, to = Nullable.GetUnderlyingType(convert.Type) ?? convert.Type;
        Type[] numbers = [typeof(byte), typeof(short), typeof(int), typeof(long), typeof(float), typeof(double)];
        int low = Array.IndexOf(numbers, from), high = Array.IndexOf(numbers, to);
        return !to.IsValueType || from == to || from == typeof(object) || (low >= 0 && low < high);
    }

    private object? ValueOf(Expression node) => TryValue(node, out object? value)
        ? value is double.NaN or float.NaN ? throw new NotSupportedException("A filter compares with NaN, which nothing is equal to.") : value
        : throw Unsupported(node);

    private bool TryValue(Expression node, out object? value)
    {
        value = null;
        if (node is MethodCallExpression { Method.Name: "op_Implicit", Arguments: [var inner] })
            return TryValue(inner, out value);
        return RecordFree.TryEvaluate(node, RecordParameter, out value);
    }

    private static NotSupportedException Unsupported(Expression node) => new(
        $"The filter cannot be answered by the database: '{node}'. It takes comparisons of data and key properties with values or each other, &&, ||, !, "
        + "Contains of lists and texts, StartsWith and EndsWith by ordinal, HasValue. "
        + "Filter further what is found, or store what the filter asks for as a property.");
}

/// <summary>How a text is looked for in another.</summary>
internal enum TextMatch
{
    Starts,
    Ends,
    Contains,
}
