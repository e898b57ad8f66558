using System.Globalization;
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

    private readonly VectorPropertyModel _vector = model.VectorProperties[query.Vector];

    private string Code => $"r.{PostgresSql.Column(_vector)}";

    /// <summary>The nearest rows, exactly.</summary>
    public async Task<List<FoundRow>> RunAsync(NpgsqlConnection connection)
    {
        CodePiece[] pieces = CodePiece.Of(_vector.Dimensions);
        if (_vector.IndexKind != HashIndexKind.MultiHash)
            return await ScanAsync(connection, query.Radius);
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
        return await ScanAsync(connection, query.Radius);
    }

    /// <summary>Near rows by pgvector's graph, which may miss some.</summary>
    /// <param name="connection">A connection, in a transaction.</param>
    /// <param name="operatorSchema">The schema that pgvector is installed in.</param>
    public async Task<List<FoundRow>> RunApproximatelyAsync(NpgsqlConnection connection, string operatorSchema)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        string code = CodeParameter(command), condition = Condition(command, query.Radius), count = Add(command, query.Count);
        command.CommandText = $"SELECT {sql.Selected(query.WithCodes)}, bit_count({Code} # {code})::integer, r.{HashModelBuilder.IdColumn} "
            + $"FROM {sql.Table} r WHERE {condition} ORDER BY {Code} OPERATOR({VectorData.Filters.SqlName.Of(operatorSchema)}.<~>) {code} LIMIT {count}";
        List<(FoundRow Found, long Id)> found = await PostgresDatabase.ReadAsync(command, reader =>
            (Found(reader), reader.GetInt64(reader.FieldCount - 1)), cancellationToken);
        return [.. found.OrderBy(each => each.Found.Distance).ThenBy(each => each.Id).Select(each => each.Found)];
    }

    private async Task<List<FoundRow>> ScanAsync(NpgsqlConnection connection, int radius)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        string code = CodeParameter(command);
        return await NearestAsync(command, code, Condition(command, radius));
    }

    private async Task<List<FoundRow>> LookUpAsync(NpgsqlConnection connection, PiecePlan plan)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        string code = CodeParameter(command), condition = Condition(command, query.Radius);
        string lookups = string.Join(" OR ", plan.Lookups.Select(lookup => $"{lookup.Piece.Sql(Code)} = ANY({Add(command, lookup.Keys)})"));
        return await NearestAsync(command, code, $"{condition} AND ({lookups})");
    }

    // Only the numbers of the rows are sorted; the records of those that are found are read after that.
    private async Task<List<FoundRow>> NearestAsync(NpgsqlCommand command, string code, string condition)
    {
        string id = HashModelBuilder.IdColumn;
        command.CommandText = $"SELECT {sql.Selected(query.WithCodes)}, f.distance::integer FROM (SELECT r.{id}, bit_count({Code} # {code}) AS distance "
            + $"FROM {sql.Table} r WHERE {condition} ORDER BY distance, r.{id} LIMIT {Add(command, query.Count)}) f JOIN {sql.Table} r ON r.{id} = f.{id} "
            + $"ORDER BY f.distance, f.{id}";
        return await PostgresDatabase.ReadAsync(command, Found, cancellationToken);
    }

    private string Condition(NpgsqlCommand command, int radius)
    {
        string condition = $"{Code} IS NOT NULL";
        if (radius < _vector.Dimensions)
            condition += $" AND bit_count({Code} # $1) <= {Add(command, radius)}";
        return query.Filter is null ? condition : $"{condition} AND ({new PostgresFilter(query.Filter, model, command.Parameters).Text})";
    }

    private string CodeParameter(NpgsqlCommand command) => Add(command, PostgresValue.Bits(query.Code, _vector.Dimensions));

    private FoundRow Found(NpgsqlDataReader reader) =>
        new(read(reader), reader.GetInt32(sql.Columns.Count(column => query.WithCodes || column is not VectorPropertyModel)));

    private static string Add(NpgsqlCommand command, object value)
    {
        command.Parameters.Add(PostgresValue.Parameter(value));
        return string.Create(CultureInfo.InvariantCulture, $"${command.Parameters.Count}");
    }
}
