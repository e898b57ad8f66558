using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace SSAH.MLNet.Tests.Encoder;

public sealed class HashEncoderWarningTests
{
    private readonly MLContext _context = new(seed: 3);
    private readonly List<string> _warnings = [];

    public HashEncoderWarningTests() => _context.Log += (_, line) =>
    {
        if (line.Kind == ChannelMessageKind.Warning)
            _warnings.Add(line.RawMessage);
    };

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void The_third_full_pass_is_warned_of_once_and_names_the_cache(int batchSize)
    {
        using HashEncoder encoder = Encoder(batchSize);
        IDataView rows = encoder.Transform(Source());
        using (DataViewRowCursor early = rows.GetRowCursor([rows.Schema["HashCode"]]))
            Assert.True(early.MoveNext());
        for (int pass = 1; pass <= 5; pass++)
        {
            _ = rows.GetColumn<int>("Index").Count();
            Assert.Equal(pass <= 3 ? 0 : 1, _warnings.Count);
            _ = CodeRows.Codes(rows);
        }
        Assert.Contains("AppendCacheCheckpoint", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Contains("'HashCode'", _warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_of_cursors_is_one_pass()
    {
        using HashEncoder encoder = Encoder(batchSize: 1);
        IDataView rows = encoder.Transform(_context.Data.Cache(Source()));
        for (int pass = 0; pass < 2; pass++)
            foreach (DataViewRowCursor cursor in rows.GetRowCursorSet([rows.Schema["HashCode"]], 4))
                using (cursor)
                    while (cursor.MoveNext())
                    {
                    }
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Scaled_pixels_are_warned_of_once_wherever_they_are_encoded()
    {
        using HashEncoder encoder = Encoder(batchSize: 4);
        float[][] scaled = [.. TestHashModels.Images(20).Select(image => Array.ConvertAll(image, value => value / 255f))];
        _ = CodeRows.Codes(encoder.Transform(PixelRows.Create(scaled, TestHashModels.Shape, isInterleaved: false)));
        Assert.Contains(", but pixels are 0 to 255: leave out scaleImage", Assert.Single(_warnings), StringComparison.Ordinal);
        _ = encoder.Encode([.. scaled.SelectMany(image => image)]);
        Assert.Single(_warnings);
        using HashEncoder other = Encoder(batchSize: 4);
        _ = other.Encode([.. scaled.SelectMany(image => image)]);
        Assert.Equal(2, _warnings.Count);
    }

    [Fact]
    public void Ordinary_pixels_are_not_warned_of()
    {
        using HashEncoder encoder = Encoder(batchSize: 8);
        _ = CodeRows.Codes(encoder.Transform(Source()));
        Assert.Empty(_warnings);
    }

    private HashEncoder Encoder(int batchSize) =>
        new(_context, TestHashModels.Create(16), "HashCode", "Pixels", new HashEncodingOptions { BatchSize = batchSize });

    private static IDataView Source() => PixelRows.Create(TestHashModels.Images(30), TestHashModels.Shape, isBytes: false, isInterleaved: false);
}
