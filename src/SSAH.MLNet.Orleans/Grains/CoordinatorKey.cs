using System.Globalization;

namespace SSAH.MLNet.Orleans.Grains;

/// <summary>Names a coordinator: <c>index/number</c>. A client sends all that is for one key through one gateway, so that several keys reach several
/// silos.</summary>
internal static class CoordinatorKey
{
    public const int Count = 8;

    public static string Of(string index, int number) => string.Create(CultureInfo.InvariantCulture, $"{index}/{number}");

    public static string IndexOf(string key) => key[..key.IndexOf('/', StringComparison.Ordinal)];
}
