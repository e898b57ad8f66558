using System.Globalization;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace SSAH.MLNet.VectorData.Records;

/// <summary>What a collection is made of, as text: kept with it, and compared with the records that are written to it later. Kinds of index are not part of
/// it.</summary>
internal static class Definition
{
    public static string Of(CollectionModel model) => string.Join(", ", model.DataProperties.Select(data => $"{data.StorageName}: {NameOf(data.Type)}")
        .Prepend($"{model.KeyProperty.StorageName}: key {NameOf(model.KeyProperty.Type)}")
        .Concat(model.VectorProperties.Select(vector => string.Create(CultureInfo.InvariantCulture, $"{vector.StorageName}: {vector.Dimensions} bits"))));

    private static string NameOf(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? $"{inner.Name}?"
        : type == typeof(List<string>) || type == typeof(string[]) ? "texts" : type.Name;
}
