namespace SSAH.MLNet.Files.Tests.Hostile;

/// <summary>A file that somebody made to do harm.</summary>
/// <param name="Reader">Who is to read it.</param>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Make">Makes it.</param>
/// <param name="IsHarmless">Whether it may be read: what looks like an attack is only a name.</param>
internal sealed record HostileCase(string Reader, string Name, Func<byte[]> Make, bool IsHarmless = false)
{
    /// <summary>All of them, by reader and name.</summary>
    public static IReadOnlyDictionary<string, HostileCase> All { get; } = OnnxCases.All.Concat(BackboneCases.All).Concat(ZipCases.All).Concat(CodeCases.All)
        .Concat(SplitCases.All).Concat(CheckpointCases.All).Concat(CollectionCases.All).Concat(StoreCases.All).Concat(ImageCases.All).Concat(ArchiveCases.All)
        .Concat(TableCases.All).ToDictionary(each => $"{each.Reader}: {each.Name}", StringComparer.Ordinal);
}
