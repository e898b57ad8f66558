using System.Data.Common;
using Microsoft.Extensions.VectorData;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.VectorData.Records;

/// <summary>What a database reports, as the error that callers of a vector store expect, with the names of store, collection and operation.</summary>
internal static class StoreErrors
{
    public static async Task<T> Run<T>(VectorStoreMetadata store, string? collection, string operation, Func<Task<T>> run)
    {
        try
        {
            // Engines wait and compute: never in the context of a user interface, where both would be felt.
            return await (SynchronizationContext.Current is null ? run() : Task.Run(run)).ConfigureAwait(false);
        }
        catch (Exception error) when (error is DbException or IOException or InvalidDataException or DamagedFileException or TimeoutException
            or UnauthorizedAccessException or VectorStoreException)
        {
            throw new VectorStoreException(error.Message, error)
            {
                VectorStoreSystemName = store.VectorStoreSystemName, VectorStoreName = store.VectorStoreName, CollectionName = collection,
                OperationName = operation,
            };
        }
    }
}
