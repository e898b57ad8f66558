using System.Globalization;
using System.Text.Json.Serialization;
using Parquet.Serialization;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Export;

/// <summary>A Parquet table, a row an image; bits and model stand in its metadata as <c>ssah.bits</c> and <c>ssah.model</c>.</summary>
internal static class ParquetTable
{
    public static void Write(LabeledCodes rows, Stream file)
    {
        var metadata = new Dictionary<string, string> { ["ssah.bits"] = rows.Codes.Bits.ToString(CultureInfo.InvariantCulture),
            ["ssah.model"] = rows.Codes.ModelId ?? "" };
        // The writer goes back to places before its own.
        using var table = new MemoryStream();
        ParquetSerializer.SerializeAsync(rows.Images.Select(Row.Of), table, customMetadata: metadata).GetAwaiter().GetResult();
        table.WriteTo(file);
    }

    internal sealed class Row
    {
        [JsonPropertyName("id")]
        public long Id { get; set; }

        [JsonPropertyName("path")]
        public string Path { get; set; } = "";

        [JsonPropertyName("labels")]
        public List<string> Labels { get; set; } = [];

        [JsonPropertyName("code")]
        public byte[] Code { get; set; } = [];

        [JsonPropertyName("width")]
        public int Width { get; set; }

        [JsonPropertyName("height")]
        public int Height { get; set; }

        [JsonPropertyName("bytes")]
        public long Bytes { get; set; }

        [JsonPropertyName("written")]
        public DateTime Written { get; set; }

        [JsonPropertyName("sha256")]
        public string Sha256 { get; set; } = "";

        public static Row Of(CollectionImage image) => new()
        {
            Id = image.Id, Path = image.Path, Labels = [.. image.Labels], Code = image.Code.ToArray(), Width = image.Width, Height = image.Height,
                Bytes = image.Size, Written = image.Time,
            Sha256 = image.ContentHash,
        };
    }
}
