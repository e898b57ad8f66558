using System.Globalization;
using Microsoft.Extensions.VectorData;
using SSAH.MLNet.Postgres;
using SSAH.MLNet.VectorData;

// usage: SSAH.MLNet.StoreProbe (sqlite PATH | postgres CONNECTION SCHEMA) (write FIRST COUNT | watch COUNT)
// write: upserts records FIRST, FIRST + 1... and deletes every third again; prints a line for each that is acknowledged.
// watch: searches until there are COUNT records.
bool isFile = args[0] == "sqlite";
using VectorStore store = isFile ? new SqliteHashVectorStore(args[1])
    : new PostgresHashVectorStore(args[1], new PostgresHashVectorStoreOptions { Schema = args[2] });
args = args[(isFile ? 2 : 3)..];
VectorStoreCollection<object, Dictionary<string, object?>> records = store.GetDynamicCollection("probe", new VectorStoreCollectionDefinition
{
    Properties =
    [
        new VectorStoreKeyProperty("Id", typeof(int)), new VectorStoreDataProperty("Text", typeof(string)),
        new VectorStoreVectorProperty("Code", typeof(byte[]), 32) { DistanceFunction = DistanceFunction.HammingDistance },
    ],
});
int[] numbers = [.. args[1..].Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
switch (args[0])
{
    case "write":
        for (int id = numbers[0]; id < numbers[0] + numbers[1]; id++)
        {
            await records.UpsertAsync(new Dictionary<string, object?> { ["Id"] = id, ["Text"] = $"{id}", ["Code"] = BitConverter.GetBytes(id) });
            Say($"{id}");
            if (id % 3 == 0)
            {
                await records.DeleteAsync(id);
                Say($"-{id}");
            }
        }
        break;
    case "watch":
        for (int count = -1; count < numbers[0];)
        {
            int found = 0;
            await foreach (VectorSearchResult<Dictionary<string, object?>> match in records.SearchAsync(new byte[4], int.MaxValue))
            {
                if (match.Score != int.PopCount((int)match.Record["Id"]!))
                    throw new InvalidOperationException("A record is found at a wrong distance.");
                found++;
            }
            if (found != count)
                Say($"{count = found}");
        }
        break;
}
Say("end");

static void Say(string line)
{
    Console.WriteLine(line);
    Console.Out.Flush();
}
