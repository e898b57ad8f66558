using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Tests.Retrieval;

public sealed class IndexTests
{
    private readonly MLContext _ml = new(1);

    public sealed class Row
    {
        [VectorType(3)]
        public byte[] HashCode { get; set; } = [];

        public long Id { get; set; }
    }

    public sealed class Found
    {
        public long[] Neighbors { get; set; } = [];

        public int[] NeighborsDistance { get; set; } = [];
    }

    private static Row[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var row = new Row { HashCode = new byte[3], Id = 1000 - 7 * i };
            random.NextBytes(row.HashCode);
            row.HashCode[1] &= 3;
            return row;
        })];
    }

    private static int Distance(byte[] a, byte[] b) => a.Zip(b, (x, y) => System.Numerics.BitOperations.PopCount((uint)(x ^ y))).Sum();

    private List<Found> Find(HammingIndex index, Row[] queries, int k) =>
        [.. _ml.Data.CreateEnumerable<Found>(
            _ml.HashRetrieval.FindNeighbors(index, k).Fit(_ml.Data.LoadFromEnumerable(queries)).Transform(_ml.Data.LoadFromEnumerable(queries)), false)];

    [Theory]
    [InlineData(HammingIndexKind.Flat)]
    [InlineData(HammingIndexKind.MultiHash)]
    public void Neighbors_of_a_pipeline_step_equal_a_sort(HammingIndexKind kind)
    {
        var (database, queries) = (Rows(60, 1), Rows(9, 2));
        var index = _ml.HashRetrieval.CreateIndex(_ml.Data.LoadFromEnumerable(database), idColumnName: "Id", kind: kind);
        var found = Find(index, queries, 5);
        for (int q = 0; q < queries.Length; q++)
        {
            var expected = database.Select(r => (Distance(r.HashCode, queries[q].HashCode), r.Id)).Order().Take(5).ToArray();
            Assert.Equal(expected.Select(e => e.Id), found[q].Neighbors);
            Assert.Equal(expected.Select(e => e.Item1), found[q].NeighborsDistance);
        }
    }

    [Fact]
    public void Rows_are_numbered_without_an_id_column_and_missing_neighbors_are_minus_one()
    {
        var database = Rows(3, 1);
        var found = Find(_ml.HashRetrieval.CreateIndex(_ml.Data.LoadFromEnumerable(database)), [database[1]], 5);
        Assert.Equal((1L, 0), (found[0].Neighbors[0], found[0].NeighborsDistance[0]));
        Assert.Equal([-1, -1], found[0].Neighbors[3..]);
        Assert.Equal([-1, -1], found[0].NeighborsDistance[3..]);
    }

    [Fact]
    public void A_saved_index_loads_and_gives_the_same_neighbors()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var index = _ml.HashRetrieval.CreateIndex(_ml.Data.LoadFromEnumerable(Rows(50, 3)), idColumnName: "Id");
            index.Save(path);
            var (before, after) = (Find(index, Rows(5, 4), 3), Find(_ml.HashRetrieval.LoadIndex(path), Rows(5, 4), 3));
            Assert.Equal(before.SelectMany(f => f.Neighbors), after.SelectMany(f => f.Neighbors));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Errors_name_the_column()
    {
        var data = _ml.Data.LoadFromEnumerable(Rows(3, 1));
        Assert.Contains("'Code'", Assert.Throws<ArgumentException>(() => _ml.HashRetrieval.CreateIndex(data, "Code")).Message, StringComparison.Ordinal);
        Assert.Contains("'HashCode'", Assert.Throws<ArgumentException>(
            () => _ml.HashRetrieval.CreateIndex(data, idColumnName: "HashCode")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.HashRetrieval.FindNeighbors(new HammingFlatIndex(24), 0));
    }
}
