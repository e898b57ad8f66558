using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Fuzz.Targets;

/// <summary>A neighbor search with its index and its rows, which ML.NET saved and reads.</summary>
internal sealed class SearchZipTarget() : FileTarget("search-zip-mlnet", ".zip")
{
    private const int Bits = 16;
    private readonly MLContext _context = new();

    public override bool IsOfTheFamily(Exception error) => error is not (OutOfMemoryException or AccessViolationException);

    public override string Read(byte[] bytes)
    {
        IDataView found = _context.Model.Load(new MemoryStream(bytes), out _).Transform(Rows());
        return string.Join(' ', found.GetColumn<long[]>("Neighbors").Zip(found.GetColumn<string[]>("NeighborsImagePath"),
            (ids, paths) => $"{string.Join(',', ids)}:{string.Join(',', paths)}"));
    }

    protected override byte[][] MakeSamples()
    {
        IDataView rows = Rows();
        var options = new NeighborOptions { K = 3, CodeColumnName = nameof(Row.Activation), Columns = [nameof(Row.ImagePath)] };
        using var zip = new MemoryStream();
        _context.Model.Save(_context.HashRetrieval.FindNeighbors(rows, options).Fit(rows), rows.Schema, zip);
        return [zip.ToArray()];
    }

    private IDataView Rows()
    {
        var random = new Random(3);
        return _context.Data.LoadFromEnumerable(Enumerable.Range(0, 8).Select(row => new Row
        {
            Activation = [.. Enumerable.Range(0, Bits).Select(_ => random.NextSingle() - 0.5f)], ImagePath = $"{row}.png",
        }).ToArray());
    }

    private sealed class Row
    {
        [VectorType(Bits)]
        public float[] Activation { get; set; } = [];

        public string ImagePath { get; set; } = "";
    }
}
