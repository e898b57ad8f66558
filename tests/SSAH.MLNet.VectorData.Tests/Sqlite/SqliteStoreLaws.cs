using Microsoft.Extensions.AI;
using SSAH.MLNet.VectorData.Tests.Laws;

namespace SSAH.MLNet.VectorData.Tests.Sqlite;

/// <summary>The laws of stores for the store in a SQLite file.</summary>
public sealed class SqliteStoreLaws : StoreLaws
{
    private readonly TempFolder _folder = new();

    protected override string[] ProbeArguments => ["sqlite", _folder.At("store.db")];

    protected override VectorStore Open(IEmbeddingGenerator? generator = null) =>
        new SqliteHashVectorStore(_folder.At("store.db"), new SqliteHashVectorStoreOptions { EmbeddingGenerator = generator });

    protected override void Close() => _folder.Dispose();
}
