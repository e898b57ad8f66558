using SSAH.MLNet.Processes;

namespace SSAH.MLNet.VectorData.Tests;

/// <summary>Another process that uses a store.</summary>
internal sealed class StoreProbe : ChildProgram
{
    private StoreProbe(string[] arguments) : base("StoreProbe", arguments)
    {
    }

    /// <summary>The collection that it uses.</summary>
    public static VectorStoreCollectionDefinition Definition => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Id", typeof(int)), new VectorStoreDataProperty("Text", typeof(string)),
            new VectorStoreVectorProperty("Code", typeof(byte[]), 32),
        ],
    };

    public static StoreProbe Start(params string[] arguments) => new(arguments);
}
