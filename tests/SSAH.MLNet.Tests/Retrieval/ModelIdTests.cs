using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Tests.Encoder;

namespace SSAH.MLNet.Tests.Retrieval;

/// <summary>Codes of one model are not compared with those of another, wherever they meet.</summary>
public sealed class ModelIdTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly HashEncoder _encoder = new(TestHashModels.Create(16));
    private readonly HashEncoder _other = new(TestHashModels.Create(16, seed: 2));

    public void Dispose()
    {
        _encoder.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void The_id_is_the_hash_of_the_file_and_travels_with_the_codes()
    {
        byte[] file = _encoder.ToOnnx();
        // The file ends in the hash of what stands before its last metadata entry.
        string hash = System.Text.Encoding.ASCII.GetString(file.AsSpan(file.Length - 64));
        Assert.Equal($"sha256:{hash}", _encoder.ModelId);
        Assert.Equal(hash, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file.AsSpan(0, file.Length - 81))));
        Assert.NotEqual(_encoder.ModelId, _other.ModelId);
        IDataView rows = _ml.Data.Cache(_ml.Transforms.CopyColumns("Copy", "HashCode").Fit(_encoder.Transform(Source()))
            .Transform(_encoder.Transform(Source())));
        Assert.Equal(_encoder.ModelId, _ml.HashRetrieval.ReadCodes(rows, "Copy").ModelId);
        Assert.Equal(_encoder.ModelId, _ml.HashRetrieval.ReadCodes(rows, "HashCodeActivation").ModelId);
        Assert.Equal(_encoder.ModelId, _encoder.Encode(TestHashModels.Flatten(TestHashModels.Images(2))).ModelId);
        Assert.Equal(_encoder.ModelId, _ml.HashRetrieval.CreateIndex(rows).ModelId);
    }

    [Fact]
    public void Searches_and_evaluations_refuse_codes_of_another_model()
    {
        IDataView own = _encoder.Transform(Source()), foreign = _other.Transform(Source());
        HammingIndex index = _ml.HashRetrieval.CreateIndex(own);
        Refused(() => _ml.HashRetrieval.FindNeighbors(index).Fit(foreign));
        Refused(() => index.Search(_other.Encode(TestHashModels.Flatten(TestHashModels.Images(1))), 1));
        Refused(() => _ml.HashRetrieval.Evaluate(Labeled(foreign), Labeled(own)));
        Assert.Equal(30, _ml.HashRetrieval.FindNeighbors(index, 1).Fit(own).Transform(own).GetColumn<long[]>("Neighbors").Count());
    }

    private void Refused(Func<object> use)
    {
        string message = Assert.Throws<ArgumentException>(use).Message;
        Assert.Contains(_encoder.ModelId, message, StringComparison.Ordinal);
        Assert.Contains(_other.ModelId, message, StringComparison.Ordinal);
    }

    private IDataView Labeled(IDataView rows) => _ml.Transforms.Conversion.MapValueToKey("Label", "Index").Fit(rows).Transform(rows);

    private static IDataView Source() => PixelRows.Create(TestHashModels.Images(30), TestHashModels.Shape, isBytes: true, isInterleaved: false);
}
