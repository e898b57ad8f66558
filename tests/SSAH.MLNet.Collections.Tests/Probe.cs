using SSAH.MLNet.Processes;

namespace SSAH.MLNet.Collections.Tests;

/// <summary>Another process that uses a collection, in a culture; it is invariant where that is empty.</summary>
internal sealed class Probe : ChildProgram
{
    private Probe(string culture, string[] arguments) : base("CollectionProbe", [culture, .. arguments], start =>
    {
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = culture.Length == 0 ? "1" : "0";
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY"] = "1";
    })
    {
    }

    public static Probe Start(params string[] arguments) => StartIn("", arguments);

    public static Probe StartIn(string culture, params string[] arguments) => new(culture, arguments);
}
