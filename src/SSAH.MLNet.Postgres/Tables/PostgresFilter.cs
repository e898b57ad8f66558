using System.Globalization;
using System.Linq.Expressions;
using Microsoft.Extensions.VectorData.ProviderServices;
using Npgsql;
using SSAH.MLNet.VectorData.Filters;

namespace SSAH.MLNet.Postgres.Tables;

/// <summary>A filter in PostgreSQL's SQL, over the rows <c>r</c>.</summary>
internal sealed class PostgresFilter : FilterTranslator
{
    private readonly NpgsqlParameterCollection _parameters;

    /// <summary>Writes a filter and adds its values to the parameters of a command.</summary>
    public PostgresFilter(LambdaExpression filter, CollectionModel model, NpgsqlParameterCollection parameters)
    {
        _parameters = parameters;
        Text = Translate(filter, model);
    }

    /// <summary>The condition.</summary>
    public string Text { get; }

    protected override string Column(PropertyModel property) => $"r.{base.Column(property)}";

    protected override string Parameter(object value) => Add(PostgresValue.Parameter(value is byte small ? (short)small : value));

    protected override string SameColumns(string left, string right, bool negated) => $"{left} IS {(negated ? "" : "NOT ")}DISTINCT FROM {right}";

    protected override string OneOf(string column, IReadOnlyList<object> values, bool negated) => values.Count == 0
        ? negated ? "1=1" : "1=0"
        : $"{column} {(negated ? "<> ALL" : "= ANY")}({Add(PostgresValue.Parameters(values))})";

    protected override string ListContains(string column, string item) => $"{column} @> ARRAY[{item}]";

    protected override string TextMatches(TextMatch match, string column, string text) => match switch
    {
        TextMatch.Starts => $"starts_with({column}, {text})",
        TextMatch.Ends => $"right({column}, length({text})) = {text}",
        _ => $"strpos({column}, {text}) > 0",
    };

    private string Add(NpgsqlParameter parameter)
    {
        _parameters.Add(parameter);
        return string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}");
    }
}
