namespace SSAH.MLNet.Hashing;

public sealed partial class BinaryCodes
{
    /// <summary>Saves the codes. The file is written beside its place, flushed and renamed: it is the old one or the new one, never half.</summary>
    /// <param name="path">Where to.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var header = new HammingFileHeader(HammingFileKind.Codes, Bits, HasIds: false, Count, Count, Substrings: 0, Checksum: 0);
        HammingFile.Save(path, header, write => write(Words));
    }

    /// <summary>Loads saved codes. They are copied, because <see cref="Words"/> hands out spans that may outlive a mapping; an index maps
    /// its file instead.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What the file may be; <see cref="HammingFileLimits.Trusted"/> where <see langword="null"/>.</param>
    /// <exception cref="HammingFileException">The file is damaged, an index, no file of codes, or beyond the limits.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static unsafe BinaryCodes Load(string path, HammingFileLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        HammingFile file = HammingFile.Open(path, limits);
        if (file.Header.Kind != HammingFileKind.Codes)
            throw new HammingFileException($"'{path}' is an index: load it with {nameof(HammingIndex)}.{nameof(HammingIndex.Load)}.");
        var codes = new BinaryCodes(file.Header.Bits, file.Count);
        new ReadOnlySpan<ulong>((ulong*)file.Rows, codes._words.Length).CopyTo(codes._words);
        codes.Count = file.Count;
        GC.KeepAlive(file);
        return codes;
    }
}
