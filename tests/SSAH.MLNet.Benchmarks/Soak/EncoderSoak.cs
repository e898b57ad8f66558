using System.Diagnostics;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Tests.Encoder;

namespace SSAH.MLNet.Benchmarks.Soak;

/// <summary>
/// One HashEncoder under many threads, beside a pool of PredictionEngines over it (as PredictionEnginePool keeps them): each code must be the one that
/// a single thread got before.
/// </summary>
internal sealed class EncoderSoak : IDisposable
{
    private const int Bits = 48, Images = 64, Engines = 16;
    private readonly HashEncoder _encoder = new(TestHashModels.Create(Bits));
    private readonly float[][] _pixels = [.. TestHashModels.Images(Images).Select(image => Array.ConvertAll(image, value => (float)value))];
    private readonly byte[][] _codes;
    private readonly ObjectPool<PredictionEngine<Row, Code>> _engines;

    public EncoderSoak()
    {
        _codes = [.. _pixels.Select(Encoded)];
        _engines = new DefaultObjectPool<PredictionEngine<Row, Code>>(new EnginePolicy(new MLContext(1), _encoder), Engines);
    }

    public SoakRun Run(TimeSpan duration, int threads)
    {
        var run = new SoakRun();
        return run.Run(duration, threads, random =>
        {
            int image = random.Next(Images);
            long start = Stopwatch.GetTimestamp();
            byte[] code = random.Next(2) == 0 ? Encoded(_pixels[image]) : Predicted(_pixels[image]);
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            if (!code.AsSpan().SequenceEqual(_codes[image]))
                run.Fail($"image {image} has the code {Convert.ToHexString(code)}, not {Convert.ToHexString(_codes[image])}");
            // Engines that are let go dispose their transformer: the others must not notice.
            if (random.Next(2000) == 0)
                _encoder.Dispose();
            return time;
        });
    }

    public void Dispose() => _encoder.Dispose();

    private byte[] Encoded(float[] pixels)
    {
        byte[] code = new byte[(Bits + 7) / 8];
        _encoder.Encode(pixels).CopyPacked(0, code);
        return code;
    }

    private byte[] Predicted(float[] pixels)
    {
        PredictionEngine<Row, Code> engine = _engines.Get();
        try
        {
            return [.. engine.Predict(new Row { Pixels = pixels }).HashCode.DenseValues()];
        }
        finally
        {
            _engines.Return(engine);
        }
    }

    private sealed class EnginePolicy(MLContext context, HashEncoder encoder) : PooledObjectPolicy<PredictionEngine<Row, Code>>
    {
        public override PredictionEngine<Row, Code> Create() => context.Model.CreatePredictionEngine<Row, Code>(encoder);

        public override bool Return(PredictionEngine<Row, Code> obj) => true;
    }

    private sealed class Row
    {
        [VectorType(3, 12, 10)]
        public float[] Pixels { get; set; } = [];
    }

    private sealed class Code
    {
        [VectorType((Bits + 7) / 8)]
        public VBuffer<byte> HashCode { get; set; }
    }
}
