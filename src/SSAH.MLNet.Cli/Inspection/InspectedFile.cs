using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Inspection;

/// <summary>A file that was made by this library: what it is, what it says of itself, and whether it is whole.</summary>
/// <param name="Path">Its path, as it was given.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Facts">What it says of itself.</param>
/// <param name="Damage">What is wrong with it; null where it is whole.</param>
internal sealed record InspectedFile(string Path, string Kind, long Bytes, IReadOnlyList<InspectedFact> Facts, string? Damage)
{
    private const int MagicBytes = 16;

    /// <summary>Whether its checksums hold and it can be read to its end.</summary>
    public bool IsWhole => Damage is null;

    /// <summary>Tells the kind by the file's first bytes, and reads it.</summary>
    /// <exception cref="ToolException">There is no such file, or it is none of this library's.</exception>
    public static InspectedFile Read(string path)
    {
        if (Directory.Exists(path))
            path = CollectionPlace.Find(null, path);
        if (!File.Exists(path))
            throw new ToolException($"there is no file '{path}'.");
        byte[] start = new byte[MagicBytes];
        long length;
        using (FileStream file = File.OpenRead(path))
        {
            length = file.Length;
            file.ReadAtLeast(start, MagicBytes, throwOnEndOfStream: false);
        }
        Reader reader = start switch
        {
            [(byte)'P', (byte)'K', ..] => new("ML.NET model", ModelInspection.ReadZip),
            [0x89, (byte)'H', (byte)'A', (byte)'M', ..] => new("file of binary codes", CodesInspection.Read),
            [(byte)'S', (byte)'Q', (byte)'L', (byte)'i', (byte)'t', (byte)'e', ..] => new("SQLite file", CollectionInspection.Read),
            _ when System.IO.Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase) => new("ONNX model", ModelInspection.ReadOnnx),
            _ => throw new ToolException($"'{path}' is none of the files that ssah knows: models (.zip, .onnx), files of codes and indexes, and collections."),
        };
        var facts = new List<InspectedFact>();
        try
        {
            return new InspectedFile(path, reader.Read(path, facts), length, facts, null);
        }
        catch (Exception error) when (error is InvalidDataException or FormatException or DamagedFileException or EndOfStreamException)
        {
            return new InspectedFile(path, reader.Kind, length, facts, error.Message);
        }
    }

    // Kind is what is said of a file that cannot be read to its end.
    private sealed record Reader(string Kind, Func<string, List<InspectedFact>, string> Read);
}
