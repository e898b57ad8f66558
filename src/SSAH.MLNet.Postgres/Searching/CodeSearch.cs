using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Npgsql;
using SSAH.MLNet.Postgres.Tables;
using SSAH.MLNet.VectorData;
using SSAH.MLNet.VectorData.Records;

namespace SSAH.MLNet.Postgres.Searching;

/// <summary>One search on one connection.</summary>
internal sealed class CodeSearch(PostgresSql sql, CollectionModel model, CodeQuery query, Func<NpgsqlDataReader, RecordRow> read,
    CancellationToken cancellationToken)
{
    // Above this share of the rows, reading all of them in their order is faster than looking up some in the order of an index. It decides only which way is
    // taken, never what is found.
    private const double MaxShare = 0.05;

    // Of the cost of comparing all codes. What is near and passes a narrow filter lies far away, where pieces and graphs have to look at most of the rows.
    private const double MaxFilteredCost = 0.25;

    private readonly VectorPropertyModel _vector = model.VectorProperties[query.Vector];

    private string Code => $"r.{PostgresSql.Column(_vector)}";

    /// <summary>The nearest rows, exactly.</summary>
    public async Task<List<FoundRow>> RunAsync(NpgsqlConnection connection)
    {
        if (_vector.IndexKind != HashIndexKind.MultiHash || await FilterLeavesFewAsync(connection))
            return await ScanAsync(connection);
        CodePiece[] pieces = CodePiece.Of(_vector.Dimensions);
        int radius = Math.Min(query.Radius, pieces.Length - 1);
        while (PiecePlan.For(pieces, query.Code, radius) is { } plan && plan.Share <= MaxShare)
        {
            List<FoundRow> found = await LookUpAsync(connection, plan);
            // All that is within the radius has been seen, and perhaps some of what is beyond.
            if (radius >= query.Radius || (found.Count == query.Count && found[^1].Distance <= radius))
                return found;
            // What was found bounds what is left to find.
            int bound = found.Count == query.Count ? found[^1].Distance : query.Radius;
            radius = Math.Min(bound, found.Count == query.Count ? bound : radius + pieces.Length);
        }
        return await ScanAsync(connection);
    }

    /// <summary>Near rows by pgvector's graph, which may miss some; exactly where a filter leaves few.</summary>
    /// <param name="connection">A connection, in a transaction.</param>
    /// <param name="operatorSchema">The schema that pgvector is installed in.</param>
    public async Task<List<FoundRow>> RunApproximatelyAsync(NpgsqlConnection connection, string operatorSchema)
    {
        if (await FilterLeavesFewAsync(connection))
            return await ScanAsync(connection);
        await using var command = new NpgsqlCommand { Connection = connection };
        string code = CodeParameter(command.Parameters), condition = Condition(command.Parameters, query.Filter), count = Add(command.Parameters, query.Count);
        command.CommandText = $"SELECT {sql.Selected(query.WithCodes)}, bit_count({Code} # {code})::integer, r.{HashModelBuilder.IdColumn} "
            + $"FROM {sql.Table} r WHERE {condition} ORDER BY {Code} OPERATOR({VectorData.Filters.SqlName.Of(operatorSchema)}.<~>) {code} LIMIT {count}";
        List<(FoundRow Found, long Id)> found = await PostgresDatabase.ReadAsync(command, reader =>
            (Found(reader), reader.GetInt64(reader.FieldCount - 1)), cancellationToken);
        return [.. found.OrderBy(each => each.Found.Distance).ThenBy(each => each.Id).Select(each => each.Found)];
    }

    // By the server's own estimates; each of them takes it a tenth of a millisecond.
    private async Task<bool> FilterLeavesFewAsync(NpgsqlConnection connection)
    {
        if (query.Filter is null)
            return false;
        await using var batch = new NpgsqlBatch(connection);
        foreach (LambdaExpression? filter in new[] { query.Filter, null })
        {
            var command = new NpgsqlBatchCommand();
            string code = CodeParameter(command.Parameters);
            command.CommandText = $"EXPLAIN (FORMAT JSON) {Nearest(command.Parameters, code, Condition(command.Parameters, filter))}";
            batch.BatchCommands.Add(command);
        }
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        double filtered = await CostAsync(reader);
        await reader.NextResultAsync(cancellationToken);
        return filtered <= MaxFilteredCost * await CostAsync(reader);
    }

    private async Task<double> CostAsync(NpgsqlDataReader reader)
    {
        await reader.ReadAsync(cancellationToken);
        using JsonDocument plan = JsonDocument.Parse(reader.GetString(0));
        return plan.RootElement[0].GetProperty("Plan").GetProperty("Total Cost").GetDouble();
    }

    private async Task<List<FoundRow>> ScanAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        string code = CodeParameter(command.Parameters);
        return await NearestAsync(command, code, Condition(command.Parameters, query.Filter));
    }

    private async Task<List<FoundRow>> LookUpAsync(NpgsqlConnection connection, PiecePlan plan)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        string code = CodeParameter(command.Parameters), condition = Condition(command.Parameters, query.Filter);
        string lookups = string.Join(" OR ", plan.Lookups.Select(lookup => $"{lookup.Piece.Sql(Code)} = ANY({Add(command.Parameters, lookup.Keys)})"));
        return await NearestAsync(command, code, $"{condition} AND ({lookups})");
    }

    // Only the numbers of the rows are sorted; the records of those that are found are read after that.
    private async Task<List<FoundRow>> NearestAsync(NpgsqlCommand command, string code, string condition)
    {
        string id = HashModelBuilder.IdColumn;
        command.CommandText = $"SELECT {sql.Selected(query.WithCodes)}, f.distance::integer FROM ({Nearest(command.Parameters, code, condition)}) f "
            + $"JOIN {sql.Table} r ON r.{id} = f.{id} ORDER BY f.distance, f.{id}";
        return await PostgresDatabase.ReadAsync(command, Found, cancellationToken);
    }

    private string Nearest(NpgsqlParameterCollection parameters, string code, string condition) =>
        $"SELECT r.{HashModelBuilder.IdColumn}, bit_count({Code} # {code}) AS distance FROM {sql.Table} r WHERE {condition} "
        + $"ORDER BY distance, r.{HashModelBuilder.IdColumn} LIMIT {Add(parameters, query.Count)}";

    private string Condition(NpgsqlParameterCollection parameters, LambdaExpression? filter)
    {
        string condition = $"{Code} IS NOT NULL";
        if (query.Radius < _vector.Dimensions)
            condition += $" AND bit_count({Code} # $1) <= {Add(parameters, query.Radius)}";
        return filter is null ? condition : $"{condition} AND ({new PostgresFilter(filter, model, parameters).Text})";
    }

    private string CodeParameter(NpgsqlParameterCollection parameters) => Add(parameters, PostgresValue.Bits(query.Code, _vector.Dimensions));

    private FoundRow Found(NpgsqlDataReader reader) =>
        new(read(reader), reader.GetInt32(sql.Columns.Count(column => query.WithCodes || column is not VectorPropertyModel)));

    private static string Add(NpgsqlParameterCollection parameters, object value)
    {
        parameters.Add(PostgresValue.Parameter(value));
        return string.Create(CultureInfo.InvariantCulture, $"${parameters.Count}");
    }
}
