// An index over three silos, each a process on loopback, and a client: one of them is killed, and its shards come back on the others.
//   dotnet run --project samples/ShardedSearch -c Release -- [CODES]
//   CODES: how many; 200,000 where none are given.
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Orleans;
using SSAH.MLNet.Samples.ShardedSearch;

if (args is ["silo", ..])
    return await SiloProcess.RunAsync(args[1..]);

var folder = Path.GetFullPath(Path.Combine("out", "sharded-search"));
if (Directory.Exists(folder))
    Directory.Delete(folder, recursive: true);
var ports = SiloProcess.FreePorts(6);
using var first = SiloProcess.Start(folder, SiloProcess.Bits, ports[0], ports[3], ports[0]);
await first.ReadyAsync();
using var second = SiloProcess.Start(folder, SiloProcess.Bits, ports[1], ports[4], ports[0]);
using var third = SiloProcess.Start(folder, SiloProcess.Bits, ports[2], ports[5], ports[0]);
await Task.WhenAll(second.ReadyAsync(), third.ReadyAsync());
Console.WriteLine($"three silos, files in {folder}");

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.None);
builder.UseOrleansClient(client => client.UseLocalhostClustering([.. ports[3..]]).AddShardedHashIndex(SiloProcess.Index));
using var client = builder.Build();
await client.StartAsync();
var photos = client.Services.GetRequiredService<ShardedHashIndex>();

// Codes as a trained model makes them: around centers. When UpsertAsync returns they are on the disk.
var codes = SiloProcess.DrawnCodes(args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200_000);
var watch = Stopwatch.StartNew();
await photos.UpsertAsync(codes, Enumerable.Range(0, codes.Count).Select(id => (long)id).ToArray());
Console.WriteLine($"{await photos.CountAsync()} codes in {SiloProcess.Shards} shards, written in {watch.Elapsed.TotalSeconds:0.0} s");

// One index with all codes, in this process, says what is right.
var one = new HammingFlatIndex(codes);
var query = codes.Slice(7, 1);
var nearest = await photos.SearchAsync(query, k: 5);
foreach (var match in nearest[0])
    Console.WriteLine($"  {match.Distance,2} bits  id {match.Id}");
Console.WriteLine($"as one index has it: {(IsRight(nearest) ? "yes" : "no")}");

third.Kill();
watch.Restart();
Console.WriteLine("the third silo is killed");
for (var isShort = false; watch.Elapsed < TimeSpan.FromMinutes(3); await Task.Delay(100))
{
    var said = "";
    try
    {
        // A moment, and what the others found is better than an error.
        var answer = await photos.SearchAsync(query, k: 5, new ShardedSearchOptions { Timeout = TimeSpan.FromSeconds(0.2), AllowPartial = true });
        if (!answer.IsPartial && (isShort || watch.Elapsed > TimeSpan.FromSeconds(5)))
        {
            Console.WriteLine(isShort ? $"  whole again after {watch.Elapsed.TotalSeconds:0.0} s: the shards came back from their files on the other silos"
                : "  no answer was short: the shards came back before anybody missed them");
            Console.WriteLine($"as one index has it: {(IsRight(answer) ? "yes" : "no")}");
            return IsRight(nearest) && IsRight(answer) ? 0 : 1;
        }
        said = answer.IsPartial ? $"  partial: shards {string.Join(", ", answer.MissingShards.Select(each => each.Shard))} are missing" : "";
    }
    catch (ShardsUnavailableException error)
    {
        said = $"  {error.Message}";
    }
    if (!isShort && said.Length > 0)
        Console.WriteLine(said);
    isShort |= said.Length > 0;
}
Console.WriteLine("  not whole within three minutes");
return 1;

bool IsRight(ShardedMatches answer) => answer[0].SequenceEqual(one.Search(query, 5)[0]);
