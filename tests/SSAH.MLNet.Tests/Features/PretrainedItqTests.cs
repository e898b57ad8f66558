using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Tests.Features;

public sealed class PretrainedItqTests : IDisposable
{
    private const int Side = 64;
    private readonly string _cache = Path.Combine(Path.GetTempPath(), $"ssah-cache-{Guid.NewGuid():N}");
    private readonly MLContext _ml = new(1);

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    private sealed class Row
    {
        [VectorType(3, Side, Side)]
        public byte[] Pixels { get; set; } = [];

        public string Label { get; set; } = "";
    }

    // Stripes, checks and discs in random colors: what a network that was trained on photos tells apart at once.
    private static Row[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            byte[] pixels = new byte[3 * Side * Side], front = new byte[3], back = new byte[3];
            random.NextBytes(front);
            random.NextBytes(back);
            int size = random.Next(6, 12), dx = random.Next(16), dy = random.Next(16);
            for (int p = 0; p < Side * Side; p++)
            {
                int x = p % Side + dx, y = p / Side + dy;
                bool inside = (i % 3) switch
                {
                    0 => x / size % 2 == 0,
                    1 => (x / size + y / size) % 2 == 0,
                    _ => Math.Pow(x - 40, 2) + Math.Pow(y - 40, 2) < size * size * 6,
                };
                for (int c = 0; c < 3; c++)
                    pixels[c * Side * Side + p] = inside ? front[c] : back[c];
            }
            return new Row { Pixels = pixels, Label = $"form {i % 3}" };
        })];
    }

    [Fact]
    public void A_pretrained_network_finds_forms_without_labels_and_computes_each_image_once()
    {
        Row[] rows = Draw(120, seed: 1);
        IDataView data = _ml.Data.LoadFromEnumerable(rows), queries = _ml.Data.LoadFromEnumerable(Draw(30, seed: 2));
        var options = new ItqHashOptions { Network = PretrainedNetwork.ResNet18, InputColumnName = "Pixels", Bits = 32, Seed = 1, CacheFolder = _cache };
        using HashEncoder encoder = _ml.Transforms.ItqHash(options).Fit(data);
        double map = _ml.HashRetrieval.Evaluate(encoder.Transform(queries), encoder.Transform(data)).MeanAveragePrecision;
        Assert.True(map > 0.6, $"{map:F3}; chance is 0.33");
        Assert.Equal(new PixelShape(3, Side, Side), encoder.InputShape);

        var second = new List<string>();
        var other = new MLContext(1);
        other.Log += (_, e) => second.Add(e.Message);
        using HashEncoder again = other.Transforms.ItqHash(options).Fit(data);
        Assert.Contains(second, message => message.Contains("0 images computed, 120 kept", StringComparison.Ordinal));
        Assert.Equal(encoder.ToOnnx(), again.ToOnnx());
        AssertKnown(encoder, rows);
        AssertKnown(again, rows);
        Assert.Null(encoder.Known!.Find(Draw(1, seed: 3)[0].Pixels));
    }

    // Nearly all of what was learned from, and never another code than the network's.
    private static void AssertKnown(HashEncoder encoder, Row[] rows)
    {
        BinaryCodes codes = BinaryCodes.FromActivations(encoder.Bits,
            encoder.EncodeActivations(rows.SelectMany(row => row.Pixels.Select(value => (float)value)).ToArray()));
        byte[] code = new byte[encoder.Bits / 8];
        int known = 0;
        for (int row = 0; row < rows.Length; row++)
        {
            if (encoder.Known!.Find(rows[row].Pixels) is not { } found)
                continue;
            codes.CopyPacked(row, code);
            Assert.Equal(code, found);
            known++;
        }
        Assert.InRange(known, rows.Length * 9 / 10, rows.Length);
    }

    [Fact]
    public void Images_scaled_to_one_are_an_error()
    {
        Directory.CreateDirectory(_cache);
        var dim = Draw(30, seed: 1);
        foreach (var row in dim)
            for (int i = 0; i < row.Pixels.Length; i++)
                row.Pixels[i] &= 1;
        var scaled = _ml.Transforms.Conversion.ConvertType("Pixels", outputKind: DataKind.Single).Fit(_ml.Data.LoadFromEnumerable(dim))
            .Transform(_ml.Data.LoadFromEnumerable(dim));
        var options = new ItqHashOptions { Network = PretrainedNetwork.ResNet18, InputColumnName = "Pixels", CacheFolder = null };
        Assert.Contains("'Pixels'", Assert.Throws<InvalidOperationException>(() => _ml.Transforms.ItqHash(options).Fit(scaled)).Message,
            StringComparison.Ordinal);
    }
}
