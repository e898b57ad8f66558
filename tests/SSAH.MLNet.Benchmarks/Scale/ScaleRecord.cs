using Microsoft.Extensions.VectorData;

namespace SSAH.MLNet.Benchmarks.Scale;

/// <summary>A record as small as one is: what a store costs beyond it is the store's.</summary>
internal sealed class ScaleRecord
{
    [VectorStoreKey]
    public int Id { get; set; }

    [VectorStoreData(IsIndexed = true)]
    public int Group { get; set; }

    [VectorStoreVector(64)]
    public byte[] Code { get; set; } = [];

    /// <summary>The same with another kind of index and number of bits.</summary>
    public static VectorStoreCollectionDefinition Definition(int bits, string kind) => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty(nameof(Id), typeof(int)), new VectorStoreDataProperty(nameof(Group), typeof(int)) { IsIndexed = true },
            new VectorStoreVectorProperty(nameof(Code), typeof(byte[]), bits) { IndexKind = kind },
        ],
    };
}
