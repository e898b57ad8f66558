namespace SSAH.MLNet.Hashing;

public sealed partial class BinaryCodes
{
    /// <summary>Saves the codes and <see cref="ModelId"/>. The file is written beside its place, flushed and renamed: it is the old one or the
    /// new one, never half.</summary>
    /// <param name="path">Where to.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] model = ModelId is null ? [] : TextKeys.Encoding.GetBytes(ModelId);
        var header = new HammingFileHeader
        {
            Kind = HammingFileKind.Codes, Bits = Bits, Count = Count, NextId = Count, ModelBytes = model.Length,
        };
        HammingFileWriter.Write(path, header, writer =>
        {
            writer.Append(Words);
            writer.Append(model);
        });
    }

    /// <summary>Loads saved codes into memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What the file may be; <see cref="ReadingLimits.Trusted"/> where <see langword="null"/>.</param>
    /// <exception cref="DamagedFileException">The file is damaged, an index, not a file of codes, or beyond the limits.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static BinaryCodes Load(string path, ReadingLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var reader = new HammingFileReader(path, limits);
        if (reader.Header.Kind != HammingFileKind.Codes)
            throw reader.Damaged($"it is an index. Load it with {nameof(HammingIndex)}.{nameof(HammingIndex.Load)}.");
        var codes = new BinaryCodes(reader.Header.Bits, (int)reader.Header.Count);
        reader.ReadRows(codes._words);
        codes.ModelId = reader.ReadModelId();
        reader.Finish();
        codes.Count = (int)reader.Header.Count;
        return codes;
    }
}
