using System.Linq.Expressions;
using Microsoft.Extensions.VectorData.ProviderServices.Filter;

namespace SSAH.MLNet.VectorData.Filters;

/// <summary>Computes the parts of a filter that do not depend on the record: they are values for the database, whatever they are made of.</summary>
internal sealed class RecordFree : ExpressionVisitor
{
    private readonly ParameterExpression _record;
    private bool _dependsOnRecord;

    private RecordFree(ParameterExpression record) => _record = record;

    /// <summary>Computes a part of a filter.</summary>
    /// <returns>Whether it does not depend on the record.</returns>
    public static bool TryEvaluate(Expression node, ParameterExpression record, out object? value)
    {
        var visitor = new RecordFree(record);
        Expression free = visitor.Visit(node);
        value = visitor._dependsOnRecord ? null : free is ConstantExpression constant ? constant.Value
            : Expression.Lambda<Func<object?>>(Expression.Convert(free, typeof(object))).Compile(preferInterpretation: true)();
        return !visitor._dependsOnRecord;
    }

    protected override Expression VisitParameter(ParameterExpression node)
    {
        _dependsOnRecord |= node == _record;
        return node;
    }

    protected override Expression VisitExtension(Expression node) =>
        node is QueryParameterExpression parameter ? Expression.Constant(parameter.Value, parameter.Type) : base.VisitExtension(node);
}
