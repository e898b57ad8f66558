using SSAH.MLNet;

namespace Microsoft.ML;

/// <summary>Adds the retrieval catalog to <see cref="MLContext"/>.</summary>
public static class HashRetrievalExtensions
{
    extension(MLContext context)
    {
        /// <summary>Retrieval with binary codes: evaluation and search. Needs C# 14; older compilers call <see cref="GetHashRetrieval"/>.</summary>
        public HashRetrievalCatalog HashRetrieval => GetHashRetrieval(context);
    }

    /// <summary>Retrieval with binary codes: evaluation and search.</summary>
    /// <param name="context">The context.</param>
    public static HashRetrievalCatalog GetHashRetrieval(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new HashRetrievalCatalog(context);
    }
}
