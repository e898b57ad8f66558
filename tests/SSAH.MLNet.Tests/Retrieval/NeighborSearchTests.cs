using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Tests.Retrieval;

public sealed class NeighborSearchTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-neighbors-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_chain_that_ends_in_a_search_is_saved_and_loaded_with_its_index_and_lookup()
    {
        IDataView database = Load(Rows(40, 1)), queries = Load(Rows(7, 2));
        var options = new NeighborOptions { K = 4, IdColumnName = "Id", Columns = ["Path", "Price"] };
        var chain = _ml.Transforms.CopyColumns("Copy", "HashCode").Append(_ml.HashRetrieval.FindNeighbors(database, options)).Fit(queries);
        string path = Path.Combine(_folder.FullName, "model.zip");
        _ml.Model.Save(chain, queries.Schema, path);

        ITransformer loaded = new MLContext(2).Model.Load(path, out _);

        Assert.Equal(Found(chain.Transform(queries)), Found(loaded.Transform(queries)));
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), "ssah-*.index"));
    }

    [Fact]
    public void Columns_of_the_database_are_looked_up_for_each_neighbor()
    {
        Row[] database = Rows(40, 1), queries = Rows(7, 2);
        var options = new NeighborOptions { K = 3, Columns = ["Path", "Price"] };
        IDataView found = _ml.HashRetrieval.FindNeighbors(Load(database), options).Fit(Load(queries)).Transform(Load(queries));
        foreach (Neighbors each in Found(found))
        {
            Assert.Equal(each.Ids.Select(id => database[id].Path), each.Paths);
            Assert.Equal(each.Ids.Select(id => database[id].Price), each.Prices);
        }
    }

    [Fact]
    public void Ids_of_an_index_find_their_rows_and_places_beyond_it_have_missing_values()
    {
        Row[] database = Rows(2, 1);
        var options = new NeighborOptions { K = 3, IdColumnName = "Id", Columns = ["Path", "Price", "Key"] };
        IDataView view = Keyed(database);
        IDataView found = _ml.HashRetrieval.FindNeighbors(view, options).Fit(view).Transform(view);
        Neighbors first = Found(found)[0];
        Assert.Equal([database[0].Id, database[1].Id, -1], first.Ids);
        Assert.Equal([database[0].Path, database[1].Path, ""], first.Paths);
        Assert.Equal([database[0].Price, database[1].Price, float.NaN], first.Prices);
        VBuffer<ReadOnlyMemory<char>> names = default;
        found.Schema["NeighborsKey"].GetKeyValues(ref names);
        Assert.Equal([database[0].Path, database[1].Path], names.DenseValues().Select(name => name.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Id")]
    public void A_row_is_left_out_of_its_own_neighbors(string? idColumn)
    {
        Row[] rows = Rows(30, 1);
        rows[7].HashCode = rows[3].HashCode;
        var options = new NeighborOptions { K = 29, IdColumnName = idColumn, ExcludeSelf = true, Columns = ["Path", "Price"] };
        Neighbors[] found = Found(_ml.HashRetrieval.FindNeighbors(Load(rows), options).Fit(Load(rows)).Transform(Load(rows)));
        for (int row = 0; row < rows.Length; row++)
            Assert.Equal(rows.Select(r => r.Path).Where(path => path != rows[row].Path).Order(), found[row].Paths.Order());
        Assert.Equal((rows[7].Path, 0), (found[3].Paths[0], found[3].Distances[0]));
    }

    [Fact]
    public void Row_numbers_hold_in_shuffled_and_parallel_reading()
    {
        IDataView rows = _ml.Data.Cache(Load(Rows(30, 1)));
        IDataView found = _ml.HashRetrieval.FindNeighbors(rows, new NeighborOptions { K = 29, ExcludeSelf = true }).Fit(rows).Transform(rows);
        foreach (DataViewRowCursor[] cursors in new[] { found.GetRowCursorSet(found.Schema, 4, new Random(1)),
            [found.GetRowCursor(found.Schema, new Random(1))] })
            foreach (DataViewRowCursor cursor in cursors)
                using (cursor)
                {
                    ValueGetter<VBuffer<long>> ids = cursor.GetGetter<VBuffer<long>>(found.Schema["Neighbors"]);
                    ValueGetter<long> id = cursor.GetGetter<long>(found.Schema["Id"]);
                    VBuffer<long> value = default;
                    for (long own = 0; cursor.MoveNext();)
                    {
                        ids(ref value);
                        id(ref own);
                        Assert.DoesNotContain((1000 - own) / 7, value.DenseValues());
                    }
                }
    }

    [Fact]
    public void Prediction_engines_search_row_by_row_but_not_by_row_number()
    {
        Row[] database = Rows(20, 1);
        HammingIndex index = _ml.HashRetrieval.CreateIndex(Load(database), idColumnName: "Id");
        IDataView rows = Load(database);
        using var engine = _ml.Model.CreatePredictionEngine<Row, Single>(_ml.HashRetrieval.FindNeighbors(index, 1).Fit(rows));
        foreach (Row row in database)
            Assert.Equal(row.Id, Assert.Single(engine.Predict(row).Neighbors));
        ITransformer byNumber = _ml.HashRetrieval.FindNeighbors(index, new NeighborOptions { ExcludeSelf = true }).Fit(rows);
        Assert.False(byNumber.IsRowToRowMapper);
        Assert.Contains("IdColumnName", Assert.Throws<InvalidOperationException>(() => byNumber.GetRowToRowMapper(rows.Schema)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Codes_of_another_length_are_refused_before_anything_is_read()
    {
        IDataView rows = Load(Rows(3, 1));
        IEstimator<NeighborSearchTransformer> search = _ml.HashRetrieval.FindNeighbors(new HammingFlatIndex(32));
        string message = Assert.Throws<ArgumentException>(() => search.Fit(rows)).Message;
        Assert.Contains("'HashCode' has 24-bit codes, the index 32-bit codes", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new NeighborSearchTransformer(
            new NeighborSearch(new HammingFlatIndex(16), new NeighborOptions(), null)).GetOutputSchema(rows.Schema));
        // Bytes without an annotation may have padding bits.
        Assert.Equal(rows.Schema.Count + 2, _ml.HashRetrieval.FindNeighbors(new HammingFlatIndex(23)).Fit(rows).GetOutputSchema(rows.Schema).Count);
    }

    [Fact]
    public void The_estimator_promises_what_the_transformer_gives()
    {
        IDataView rows = Keyed(Rows(3, 1));
        IEstimator<NeighborSearchTransformer> search = _ml.HashRetrieval.FindNeighbors(rows, new NeighborOptions { Columns = ["Path", "Key"] });
        IEnumerable<string> promised = search.GetOutputSchema(MLNetInternals.ShapeOf(rows.Schema)).Select(Describe).Order();
        IEnumerable<string> given = MLNetInternals.ShapeOf(search.Fit(rows).GetOutputSchema(rows.Schema)).Select(Describe).Order();
        Assert.Equal(given, promised);

        static string Describe(SchemaShape.Column column) =>
            $"{column.Name} {MLNetInternals.TypeOf(column)} [{string.Join(", ", column.Annotations.Select(each => each.Name).Order())}]";
    }

    [Fact]
    public void Whole_numbers_of_any_width_are_ids_and_others_get_advice_that_works()
    {
        IDataView rows = Keyed(Rows(5, 1));
        IDataView numbers = _ml.Data.LoadFromEnumerable([new Numbers(), new Numbers { I1 = 7, U1 = 7, I2 = 7, U2 = 7, I4 = 7, U4 = 7, I8 = 7, U8 = 7 }]);
        foreach (DataViewSchema.Column column in numbers.Schema.Where(column => column.Name != "HashCode"))
        {
            HammingIndex index = _ml.HashRetrieval.CreateIndex(numbers, idColumnName: column.Name);
            Assert.True(index.Contains(0) && index.Contains(7) && index.Count == 2, column.Name);
        }
        IDataView large = _ml.Data.LoadFromEnumerable([new Numbers { U8 = ulong.MaxValue }]);
        Assert.Contains("Row 0 of id column 'U8'",
            Assert.Throws<InvalidDataException>(() => _ml.HashRetrieval.CreateIndex(large, idColumnName: "U8")).Message, StringComparison.Ordinal);
        string message = Assert.Throws<ArgumentException>(() => _ml.HashRetrieval.CreateIndex(rows, idColumnName: "IsNew")).Message;
        Assert.Contains("Columns = [\"IsNew\"]", message, StringComparison.Ordinal);
        IDataView found = _ml.HashRetrieval.FindNeighbors(rows, new NeighborOptions { K = 1, Columns = ["IsNew"] }).Fit(rows).Transform(rows);
        Assert.NotNull(found.Schema.GetColumnOrNull("NeighborsIsNew"));
        string real = Assert.Throws<ArgumentException>(() => _ml.HashRetrieval.CreateIndex(rows, idColumnName: "Price")).Message;
        Assert.Contains("ConvertType", real, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Path")]
    [InlineData("Key")]
    public void Texts_and_keys_of_texts_are_ids_too(string column)
    {
        Row[] database = Rows(20, 1);
        IDataView rows = Keyed(database);
        HammingIndex index = _ml.HashRetrieval.CreateIndex(rows, idColumnName: column);
        Assert.Equal(database.Select(row => row.Path), Enumerable.Range(0, 20).Select(id => index.KeyOf(id)));
        var options = new NeighborOptions { K = 19, IdColumnName = column, ExcludeSelf = true, Columns = ["Price", "Path"] };
        IDataView shuffled = _ml.Data.ShuffleRows(rows, seed: 3);
        ITransformer search = _ml.HashRetrieval.FindNeighbors(index, options, shuffled).Fit(rows);
        string path = Path.Combine(_folder.FullName, "keys.zip");
        _ml.Model.Save(search, rows.Schema, path);
        foreach (ITransformer each in new[] { search, new MLContext().Model.Load(path, out _) })
        {
            IDataView found = each.Transform(shuffled);
            string[] own = [.. found.GetColumn<string>("Path")];
            string[][] keys = [.. Encoder.CodeRows.Read<ReadOnlyMemory<char>>(found, "NeighborsKey")
                .Select(texts => Array.ConvertAll(texts, text => text.ToString()))];
            Neighbors[] all = Found(found);
            for (int row = 0; row < own.Length; row++)
            {
                Assert.Equal(database.Select(each => each.Path).Where(text => text != own[row]).Order(), keys[row].Order());
                Assert.Equal(keys[row], all[row].Paths);
                Assert.Equal(keys[row].Select(key => database.Single(each => each.Path == key).Price), all[row].Prices);
            }
        }
    }

    [Fact]
    public void An_id_without_text_names_its_row()
    {
        Row[] rows = Rows(3, 1);
        rows[2].Path = "";
        Assert.Contains("Row 2 of id column 'Path'",
            Assert.Throws<InvalidDataException>(() => _ml.HashRetrieval.CreateIndex(Load(rows), idColumnName: "Path")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_lookups_name_the_column()
    {
        IDataView rows = Load(Rows(3, 1));
        HammingIndex index = _ml.HashRetrieval.CreateIndex(rows);
        Assert.Contains("'Name'", Assert.Throws<ArgumentException>(() =>
            _ml.HashRetrieval.FindNeighbors(rows, new NeighborOptions { Columns = ["Name"] })).Message, StringComparison.Ordinal);
        Assert.Contains("'HashCode'", Assert.Throws<ArgumentException>(() =>
            _ml.HashRetrieval.FindNeighbors(rows, new NeighborOptions { Columns = ["HashCode"] })).Message, StringComparison.Ordinal);
        Assert.Contains("rows that the index was made of",
            Assert.Throws<ArgumentException>(() => _ml.HashRetrieval.FindNeighbors(index, new NeighborOptions { Columns = ["Path"] })).Message,
            StringComparison.Ordinal);
        Row[] twice = Rows(3, 1);
        twice[2].Id = twice[0].Id;
        Assert.Contains("twice", Assert.Throws<ArgumentException>(
            () => _ml.HashRetrieval.FindNeighbors(index, new NeighborOptions { IdColumnName = "Id", Columns = ["Path"] }, Load(twice))).Message,
                StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new NeighborOptions { K = 0 });
    }

    private static Neighbors[] Found(IDataView rows)
    {
        long[][] ids = Encoder.CodeRows.Read<long>(rows, "Neighbors");
        int[][] distances = Encoder.CodeRows.Read<int>(rows, "NeighborsDistance");
        ReadOnlyMemory<char>[][] paths = Encoder.CodeRows.Read<ReadOnlyMemory<char>>(rows, "NeighborsPath");
        float[][] prices = Encoder.CodeRows.Read<float>(rows, "NeighborsPrice");
        return [.. ids.Select((each, row) => new Neighbors(each, distances[row], [.. paths[row].Select(path => path.ToString())], prices[row]))];
    }

    private static Row[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var row = new Row { HashCode = new byte[3], Id = 1000 - 7 * i, Path = $"{seed}/IMG_{i}.jpg", Price = random.NextSingle() };
            random.NextBytes(row.HashCode);
            row.HashCode[2] &= 0x7f;
            return row;
        })];
    }

    private IDataView Load(Row[] rows) => _ml.Data.LoadFromEnumerable(rows);

    private IDataView Keyed(Row[] rows) => _ml.Transforms.Conversion.MapValueToKey("Key", "Path").Fit(Load(rows)).Transform(Load(rows));

    public sealed class Row
    {
        [VectorType(3)]
        public byte[] HashCode { get; set; } = [];

        public long Id { get; set; }

        public string Path { get; set; } = "";

        public float Price { get; set; }

        public bool IsNew { get; set; }
    }

    public sealed class Numbers
    {
        [VectorType(1)]
        public byte[] HashCode { get; set; } = [0];

        public sbyte I1 { get; set; }

        public byte U1 { get; set; }

        public short I2 { get; set; }

        public ushort U2 { get; set; }

        public int I4 { get; set; }

        public uint U4 { get; set; }

        public long I8 { get; set; }

        public ulong U8 { get; set; }
    }

    public sealed class Single
    {
        public long[] Neighbors { get; set; } = [];
    }

    private sealed record Neighbors(long[] Ids, int[] Distances, string[] Paths, float[] Prices)
    {
        public bool Equals(Neighbors? other) => other is not null && Ids.SequenceEqual(other.Ids) && Distances.SequenceEqual(other.Distances)
            && Paths.SequenceEqual(other.Paths) && Prices.SequenceEqual(other.Prices);

        public override int GetHashCode() => Ids.Length;
    }
}
