using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.VectorData.Records;

/// <summary>Reads from a record's type, or from a definition, which properties it has; refuses what the stores cannot keep.</summary>
/// <param name="furtherTypes">Types of data that one engine has beyond those of all.</param>
/// <param name="furtherKinds">Kinds of index that one engine has beyond those of all.</param>
internal sealed class HashModelBuilder(IReadOnlyList<Type> furtherTypes, IReadOnlyList<string> furtherKinds)
    : CollectionModelBuilder(new CollectionModelBuildingOptions { SupportsMultipleVectors = true, RequiresAtLeastOneVector = true })
{
    /// <summary>The column by which rows are numbered.</summary>
    public const string IdColumn = OwnColumns + "id";

    /// <summary>The column that says how many codes a record has.</summary>
    public const string CodesColumn = OwnColumns + "codes";

    /// <summary>The column of a record's checksum.</summary>
    public const string ChecksumColumn = OwnColumns + "checksum";

    // No property can have a name that begins so.
    private const string OwnColumns = "ssah_";

    private static readonly Type[] s_keys = [typeof(string), typeof(int), typeof(long), typeof(Guid)];

    private static readonly Type[] s_data =
    [
        typeof(string), typeof(bool), typeof(short), typeof(int), typeof(long), typeof(float), typeof(double), typeof(Guid), typeof(DateTime),
        typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(byte[]), typeof(string[]), typeof(List<string>),
    ];

    protected override IReadOnlyList<EmbeddingGenerationDispatcher> EmbeddingGenerationDispatchers { get; } =
        [EmbeddingGenerationDispatcher.Create<BinaryEmbedding>()];

    protected override bool IsDataPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = string.Join(", ", s_data.Concat(furtherTypes).Select(NameOf));
        return (Nullable.GetUnderlyingType(type) ?? type) is { } actual && (s_data.Contains(actual) || furtherTypes.Contains(actual));
    }

    protected override bool IsVectorPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = CodeValue.SupportedTypes;
        return CodeValue.IsSupported(type);
    }

    protected override void ValidateKeyProperty(KeyPropertyModel keyProperty)
    {
        base.ValidateKeyProperty(keyProperty);
        if (!s_keys.Contains(keyProperty.Type))
            throw new NotSupportedException($"The key '{keyProperty.ModelName}' is of type {NameOf(keyProperty.Type)}; supported are "
                + $"{string.Join(", ", s_keys.Select(NameOf))}.");
    }

    protected override void ValidateProperty(PropertyModel propertyModel, VectorStoreCollectionDefinition? definition)
    {
        base.ValidateProperty(propertyModel, definition);
        if (propertyModel.StorageName.StartsWith(OwnColumns, StringComparison.OrdinalIgnoreCase))
            throw new NotSupportedException($"The property '{propertyModel.ModelName}' cannot be stored as '{propertyModel.StorageName}': names that begin "
                + $"with '{OwnColumns}' are the store's own. Give it another StorageName.");
        if (propertyModel is not VectorPropertyModel vector)
            return;
        if (vector.DistanceFunction is not (null or DistanceFunction.HammingDistance))
            throw new NotSupportedException($"'{vector.ModelName}' asks for '{vector.DistanceFunction}'; codes are compared by "
                + $"'{DistanceFunction.HammingDistance}'.");
        int most = vector.IndexKind == HashIndexKind.MultiHash ? MultiHashIndex.MaxBits : BinaryCodes.MaxBits;
        if (vector.Dimensions < 1 || vector.Dimensions > most)
            throw new NotSupportedException($"'{vector.ModelName}' has {vector.Dimensions} dimensions; codes of this kind of index have 1 to {most} bits.");
        if (vector.IndexKind is not (null or IndexKind.Flat or HashIndexKind.MultiHash) && !furtherKinds.Contains(vector.IndexKind))
            throw new NotSupportedException($"'{vector.ModelName}' asks for an index of kind '{vector.IndexKind}'; this store has "
                + $"{string.Join(", ", furtherKinds.Prepend(HashIndexKind.MultiHash).Prepend(IndexKind.Flat).Select(kind => $"'{kind}'"))}.");
    }

    protected override void Validate(Type? type, VectorStoreCollectionDefinition? definition)
    {
        base.Validate(type, definition);
        IGrouping<string, PropertyModel>? twice = Properties.GroupBy(property => property.StorageName, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(group => group.Skip(1).Any());
        if (twice is not null)
            throw new NotSupportedException($"The properties {string.Join(" and ", twice.Select(each => $"'{each.ModelName}'"))} would be stored under the "
                + "same name: give one of them another StorageName. Case does not tell names apart.");
    }

    private static string NameOf(Type type) => type == typeof(List<string>) ? "List<string>" : type.Name;
}
