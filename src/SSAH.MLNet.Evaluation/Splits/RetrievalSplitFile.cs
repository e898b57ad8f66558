using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SSAH.MLNet.Evaluation;

/// <summary>
/// The text form of a split: named lines, then "row,role" for each row that has a role (others are unlabeled), then a count, and the SHA-256 of all
/// lines before. Version 1, which other programs may write by hand, ends with the count.
/// </summary>
/// <remarks>
/// <code>
/// ssah-retrieval-split 2
/// protocol 100 queries and 500 labeled a class
/// seed 7
/// rows 60000
/// database unlabeled            (or: unlabeled+labeled)
/// 17,query
/// 23,labeled
/// end 2
/// sha256 d2a84f4b8b650937ec8f73cd8be2c74add5a911ba64df27458ed8229da804a26
/// </code>
/// </remarks>
internal static class RetrievalSplitFile
{
    /// <summary>Larger files than any real split are not written, and refused before they are read.</summary>
    internal const int MaxBytes = 512 << 20;

    private const string Magic = "ssah-retrieval-split 2", FirstMagic = "ssah-retrieval-split 1";
    private const string Checksum = "sha256 ";
    private const string WithoutLabeled = "unlabeled";
    private const string WithLabeled = "unlabeled+labeled";

    public static void Save(RetrievalSplit split, string path)
    {
        byte[] text = Encoding.UTF8.GetBytes(Write(split));
        if (text.Length > MaxBytes)
            throw new InvalidOperationException(
                $"{path}: the split has {text.Length} bytes, more than the {MaxBytes} that can be read again. Store the seed and draw it anew.");
        AtomicFile.Write(path, stream => stream.Write(text));
    }

    public static RetrievalSplit Load(string path, ReadingLimits limits)
    {
        byte[] bytes = FileBytes.Read(path, Math.Min(limits.MaxBytes, MaxBytes), what => new DamagedFileException($"'{path}' {what}."));
        try
        {
            return Read(bytes, limits);
        }
        catch (DamagedFileException error)
        {
            throw new DamagedFileException($"{path}: {error.Message}", error);
        }
    }

    public static string Write(RetrievalSplit split)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Magic}\nprotocol {split.Protocol}\nseed {split.Seed}\nrows {split.RowCount}\n");
        text.Append(CultureInfo.InvariantCulture, $"database {(split.DatabaseIncludesLabeled ? WithLabeled : WithoutLabeled)}\n");
        int count = 0;
        foreach ((int row, SplitRole role) in split.Roles)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row},{NameOf(role)}\n");
            count++;
        }
        text.Append(CultureInfo.InvariantCulture, $"end {count}\n");
        string hash = HashOf(Encoding.UTF8.GetBytes(text.ToString()));
        return text.Append(Checksum).Append(hash).Append('\n').ToString();
    }

    public static RetrievalSplit Read(ReadOnlySpan<byte> bytes, ReadingLimits? limits = null)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new DamagedFileException("The file is not UTF-8 text.", error);
        }
        var lines = new Lines(text);
        bool hasChecksum = lines.Next() == Magic;
        if (!hasChecksum && lines.Current != FirstMagic)
            throw lines.Wrong($"'{Magic}'");
        string protocol = lines.Named("protocol");
        int seed = lines.Number("seed", int.MinValue);
        int rows = lines.Number("rows", 0);
        bool withLabeled = lines.Named("database") switch
        {
            WithLabeled => true,
            WithoutLabeled => false,
            _ => throw lines.Wrong($"'database {WithoutLabeled}' or 'database {WithLabeled}'"),
        };
        var roles = new List<(int, SplitRole)>();
        int most = (limits ?? ReadingLimits.Trusted).MaxRows;
        while (!lines.Next().StartsWith("end ", StringComparison.Ordinal))
            roles.Add(roles.Count < most ? ReadRole(lines) : throw new DamagedFileException($"It has more than the {most} roles that the limits allow."));
        if (lines.Current != string.Create(CultureInfo.InvariantCulture, $"end {roles.Count}"))
            throw lines.Wrong($"'end {roles.Count}', the number of roles above it");
        if (hasChecksum)
            CheckChecksum(lines, bytes);
        lines.ThrowUnlessAtEnd();
        try
        {
            return RetrievalSplit.Create(protocol, seed, rows, withLabeled, roles);
        }
        catch (ArgumentException error)
        {
            throw new DamagedFileException(ArgumentErrors.Sentence(error), error);
        }
    }

    // The checksum's line is the last one, and what precedes it is known to be UTF-8.
    private static void CheckChecksum(Lines lines, ReadOnlySpan<byte> bytes)
    {
        int end = lines.BytesRead;
        if (lines.Next() != Checksum + HashOf(bytes[..end]))
            throw lines.Wrong($"'{Checksum}' with the SHA-256 of the lines before it: the file was changed after it was written. Copy it again; or, if it "
                + $"was changed on purpose, write '{FirstMagic}' into its first line and leave this one out");
    }

    private static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static (int Row, SplitRole Role) ReadRole(Lines lines)
    {
        int comma = lines.Current.IndexOf(',', StringComparison.Ordinal);
        if (comma > 0 && int.TryParse(lines.Current.AsSpan(0, comma), NumberStyles.None, CultureInfo.InvariantCulture, out int row))
            foreach (SplitRole role in Enum.GetValues<SplitRole>())
                if (lines.Current.AsSpan(comma + 1).SequenceEqual(NameOf(role)))
                    return (row, role);
        throw lines.Wrong("'row,role' with a role of query, labeled, unlabeled, extra or unused");
    }

    private static string NameOf(SplitRole role) => role switch
    {
        SplitRole.Query => "query",
        SplitRole.Labeled => "labeled",
        SplitRole.Extra => "extra",
        SplitRole.Unused => "unused",
        _ => "unlabeled",
    };

    /// <summary>The lines of a text, with the number of the current one for messages.</summary>
    private sealed class Lines(string text)
    {
        private int _position;
        private int _number;

        public string Current { get; private set; } = "";

        /// <summary>Bytes of the lines so far.</summary>
        public int BytesRead => Encoding.UTF8.GetByteCount(text.AsSpan(0, _position));

        public string Next()
        {
            int end = text.IndexOf('\n', _position);
            if (end < 0)
                throw new DamagedFileException($"The file ends in line {_number + 1}: was it cut off?");
            Current = text[_position..end].TrimEnd('\r');
            _position = end + 1;
            _number++;
            return Current;
        }

        public string Named(string name) =>
            Next().StartsWith(name + " ", StringComparison.Ordinal) ? Current[(name.Length + 1)..] : throw Wrong($"'{name} ...'");

        public int Number(string name, int least) =>
            int.TryParse(Named(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least
                ? number
                : throw Wrong($"a whole number from {least} to {int.MaxValue} after '{name}'");

        public void ThrowUnlessAtEnd()
        {
            if (_position != text.Length)
                throw new DamagedFileException($"There is text after the end in line {_number + 1}.");
        }

        public DamagedFileException Wrong(string wanted) =>
            new($"Line {_number} is '{(Current.Length > 60 ? Current[..60] + "..." : Current)}', not {wanted}.");
    }
}
