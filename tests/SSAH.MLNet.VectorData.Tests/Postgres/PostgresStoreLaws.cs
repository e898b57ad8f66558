using Microsoft.Extensions.AI;
using SSAH.MLNet.Postgres;
using SSAH.MLNet.VectorData.Tests.Laws;

namespace SSAH.MLNet.VectorData.Tests.Postgres;

/// <summary>The laws of stores for the store in PostgreSQL.</summary>
[Collection(PostgresGroup.Name)]
public sealed class PostgresStoreLaws(DebianPostgres postgres) : StoreLaws
{
    private readonly string _schema = PostgresServer.NewSchema();

    protected override string[] ProbeArguments => ["postgres", postgres.Server.ConnectionString, _schema];

    protected override VectorStore Open(IEmbeddingGenerator? generator = null)
    {
        Assert.SkipUnless(postgres.Server.Missing is null, postgres.Server.Missing ?? "");
        var options = new PostgresHashVectorStoreOptions { Schema = _schema, EmbeddingGenerator = generator };
        return new PostgresHashVectorStore(postgres.Server.ConnectionString, options);
    }

    protected override void Close()
    {
        if (postgres.Server.Missing is null)
            postgres.Server.ExecuteAsync($"DROP SCHEMA IF EXISTS \"{_schema}\" CASCADE").GetAwaiter().GetResult();
    }
}
