using Microsoft.Extensions.VectorData;
using Npgsql;

namespace SSAH.MLNet.Postgres.Tables;

/// <summary>A collection as the catalog has it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Definition">What it was made of.</param>
/// <param name="Models">For each vector property the model that made its codes, where it is known.</param>
internal sealed record StoredCollection(long Id, string Name, string Definition, IReadOnlyList<string?> Models)
{
    public static async Task<StoredCollection> FindAsync(PostgresSql sql, NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand($"SELECT c.id, c.definition, v.model FROM {sql.Collections} c JOIN {sql.Vectors} v ON v.collection = c.id "
            + "WHERE c.name = $1 ORDER BY v.place", connection);
        command.Parameters.Add(PostgresValue.Parameter(name));
        await command.PrepareAsync(cancellationToken);
        var rows = await PostgresDatabase.ReadAsync(command, reader =>
            (Id: reader.GetInt64(0), Definition: reader.GetString(1), Model: reader.IsDBNull(2) ? null : reader.GetString(2)), cancellationToken);
        return rows.Count == 0 ? throw Catalog.Missing(name) : new StoredCollection(rows[0].Id, name, rows[0].Definition, [.. rows.Select(row => row.Model)]);
    }

    /// <exception cref="VectorStoreException">It was made of other properties.</exception>
    public void RequireSame(string definition)
    {
        if (definition != Definition)
            throw new VectorStoreException($"The collection '{Name}' was made of other properties: it has [{Definition}], and the records have [{definition}]. "
                + "Use a record of its properties, or another collection.");
    }

    /// <exception cref="ArgumentException">The code comes from another model.</exception>
    public void RequireModel(int vector, string? given)
    {
        if (Models[vector] is { } stored && given is not null && given != stored)
            throw Different(stored, given);
    }

    /// <summary>Notes the models of codes that are about to be written, where none is known.</summary>
    /// <exception cref="ArgumentException">Codes of another model are there.</exception>
    public async Task ClaimModelsAsync(PostgresSql sql, NpgsqlConnection connection, IReadOnlyList<string?> given, CancellationToken cancellationToken)
    {
        for (int i = 0; i < given.Count; i++)
        {
            RequireModel(i, given[i]);
            if (Models[i] is not null || given[i] is not { } model)
                continue;
            // Waits for who claims it at the same time, and then sees whose it is.
            List<string> now = await PostgresDatabase.QueryAsync(connection, $"UPDATE {sql.Vectors} SET model = coalesce(model, $3) WHERE collection = $1 "
                + "AND place = $2 RETURNING model", reader => reader.GetString(0), cancellationToken, Id, i, model);
            if (now is [var claimed] && claimed != model)
                throw Different(claimed, model);
        }
    }

    private static ArgumentException Different(string stored, string given) => new(
        $"The collection has codes of model '{stored}', and this code comes from model '{given}'. "
        + "Codes of different models cannot be compared: give the other model a vector property of its own, or a collection.");
}
