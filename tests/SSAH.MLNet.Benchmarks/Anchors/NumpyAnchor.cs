using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Runs <c>../shared/anchors/numpy_map.py</c>, the evaluation that most hashing code does in Python, on the same codes.</summary>
internal sealed class NumpyAnchor : IDisposable
{
    private const string Install = "apt-get install -y python3-numpy";

    private readonly string _script;
    private readonly string _file;
    private readonly int _queries;

    private NumpyAnchor(string script, string file, int queries) => (_script, _file, _queries) = (script, file, queries);

    /// <summary>What the last run found.</summary>
    public double MeanAveragePrecision { get; private set; }

    /// <summary>Writes the data for the anchor; null, with the reason printed, where it cannot run.</summary>
    public static NumpyAnchor? Open(EvaluatorData data, int queries)
    {
        if (DebianPython.SharedScript("numpy_map.py") is not { } script)
            return Skip("../shared/anchors/numpy_map.py is not here");
        if (!DebianPython.Has("numpy"))
            return Skip($"Debian's python3-numpy is not installed; as root: {Install}");
        string file = Path.Combine(Path.GetTempPath(), $"evaluator-{Guid.NewGuid():N}.npz");
        WriteNpz(file, data);
        return new NumpyAnchor(script, file, queries);
    }

    /// <summary>Seconds that the anchor measures for its first queries: loading and start are not in them.</summary>
    public double Run()
    {
        // One thread each: the comparison is of one core with one core.
        string output = DebianPython.Run(threads: 1, _script, _file, _queries.ToString(CultureInfo.InvariantCulture));
        string[] words = output.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words is not ["mAP", var map, "seconds", var seconds, ..])
            throw new InvalidOperationException($"{_script} printed {output}");
        MeanAveragePrecision = double.Parse(map, CultureInfo.InvariantCulture);
        return double.Parse(seconds, CultureInfo.InvariantCulture);
    }

    public void Dispose() => File.Delete(_file);

    private static NumpyAnchor? Skip(string reason)
    {
        BenchmarkRow.Note($"no numpy rows: {reason}");
        return null;
    }

    /// <summary>The layout of <c>numpy.savez</c>: a zip of .npy arrays.</summary>
    private static void WriteNpz(string path, EvaluatorData data)
    {
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
        WriteArray(zip, "query_codes", "|u1", $"({data.Queries.Count}, {data.Queries.BytesPerCode})", EvaluatorData.Packed(data.Queries));
        WriteArray(zip, "database_codes", "|u1", $"({data.Database.Count}, {data.Database.BytesPerCode})", EvaluatorData.Packed(data.Database));
        WriteArray(zip, "query_labels", "<i4", $"({data.Queries.Count},)", Bytes(data.QueryClasses));
        WriteArray(zip, "database_labels", "<i4", $"({data.Database.Count},)", Bytes(data.DatabaseClasses));
    }

    private static void WriteArray(ZipArchive zip, string name, string type, string shape, byte[] values)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        // Magic, version and length are 10 bytes; with the header and its line feed they fill a multiple of 64.
        header = header.PadRight((10 + header.Length + 1 + 63) / 64 * 64 - 11) + "\n";
        byte[] start = [0x93, .. "NUMPY"u8, 1, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(8), (ushort)header.Length);
        using Stream entry = zip.CreateEntry(name + ".npy", CompressionLevel.NoCompression).Open();
        entry.Write(start);
        entry.Write(Encoding.ASCII.GetBytes(header));
        entry.Write(values);
    }

    private static byte[] Bytes(int[] values)
    {
        byte[] bytes = new byte[values.Length * sizeof(int)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(int)), values[i]);
        return bytes;
    }
}
