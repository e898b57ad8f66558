using System.Linq.Expressions;

namespace SSAH.MLNet.VectorData.Filters;

/// <summary>
/// Leaves out what C# would not look at, or need not: of <c>year == null || p.Year == year.Value</c> the left side is known without a record, and where it
/// decides, the right one cannot even be computed.
/// </summary>
internal sealed class DecidedSides : ExpressionVisitor
{
    private readonly ParameterExpression _record;

    private DecidedSides(ParameterExpression record) => _record = record;

    /// <summary>The same filter without them.</summary>
    public static LambdaExpression Without(LambdaExpression filter) =>
        Expression.Lambda(filter.Type, new DecidedSides(filter.Parameters[0]).Visit(filter.Body), filter.Parameters);

    protected override Expression VisitBinary(BinaryExpression node)
    {
        if (node is not { NodeType: ExpressionType.AndAlso or ExpressionType.OrElse, Method: null }
            || !RecordFree.TryEvaluate(node.Left, _record, out object? value) || value is not bool left)
            return base.VisitBinary(node);
        return left == (node.NodeType == ExpressionType.OrElse) ? Expression.Constant(left) : Visit(node.Right);
    }
}
