namespace SSAH.MLNet.VectorData.Tests.Laws;

/// <summary>A record with data of every kind that all stores keep.</summary>
internal sealed class Photo
{
    [VectorStoreKey]
    public string Name { get; set; } = "";

    [VectorStoreData(IsIndexed = true)]
    public string? Album { get; set; }

    // A name that SQL knows, with a quote in it.
    [VectorStoreData(StorageName = "order \"by\"")]
    public int Year { get; set; }

    [VectorStoreData(IsIndexed = true)]
    public int? Rating { get; set; }

    [VectorStoreData]
    public short Small { get; set; }

    [VectorStoreData]
    public long Size { get; set; }

    [VectorStoreData]
    public bool IsPublic { get; set; }

    [VectorStoreData]
    public bool? IsSharp { get; set; }

    [VectorStoreData]
    public float Brightness { get; set; }

    [VectorStoreData]
    public double? Latitude { get; set; }

    [VectorStoreData]
    public Guid Owner { get; set; }

    [VectorStoreData]
    public DateTime Taken { get; set; }

    [VectorStoreData]
    public DateTimeOffset? Edited { get; set; }

    [VectorStoreData]
    public DateOnly Day { get; set; }

    [VectorStoreData]
    public TimeOnly? Clock { get; set; }

    [VectorStoreData]
    public byte[]? Thumbnail { get; set; }

    [VectorStoreData(IsIndexed = true)]
    public string[] Tags { get; set; } = [];

    [VectorStoreData]
    public List<string>? People { get; set; }

    // The name of a column that the store's own tables have.
    [VectorStoreVector(64, DistanceFunction = DistanceFunction.HammingDistance, StorageName = "code")]
    public byte[]? Code { get; set; }

    [VectorStoreVector(70)]
    public ReadOnlyMemory<byte>? Other { get; set; }

    /// <summary>All that is kept of it, to compare.</summary>
    public object?[] Values => [Name, Album, Year, Rating, Small, Size, IsPublic, IsSharp, Brightness, Latitude, Owner, Taken, Edited, Day, Clock,
        Hex(Thumbnail), string.Join('|', Tags), People is null ? null : string.Join('|', People)];

    /// <summary>Its codes.</summary>
    public string?[] Codes => [Hex(Code), Hex(Other?.ToArray())];

    private static string? Hex(byte[]? bytes) => bytes is null ? null : Convert.ToHexString(bytes);
}
