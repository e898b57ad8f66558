using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>An index as a part of a saved model: the bytes of its file.</summary>
internal static class SavedIndex
{
    public static void Write(HammingIndex index, Stream target) => WithFile(path =>
    {
        index.Save(path);
        using FileStream file = File.OpenRead(path);
        file.CopyTo(target);
        return index;
    });

    /// <exception cref="DamagedFileException">The bytes are damaged.</exception>
    public static HammingIndex Read(Stream source) => WithFile(path =>
    {
        using (FileStream file = File.Create(path))
            source.CopyTo(file);
        return HammingIndex.Load(path);
    });

    private static HammingIndex WithFile(Func<string, HammingIndex> use)
    {
        string path = Path.Combine(Path.GetTempPath(), $"ssah-{Guid.NewGuid():N}.index");
        try
        {
            return use(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
