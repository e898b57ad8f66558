using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using SSAH.MLNet.Orleans.Tests.Processes;

// usage: SSAH.MLNet.ShardProbe FOLDER PORT GATEWAY PRIMARY
// A silo as a process. Prints "ready", and ends when its input does.
int[] ports = [.. args[1..].Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Error);
builder.UseOrleans(silo => ProbeSilo.Configure(silo, args[0], ports[0], ports[1], ports[2]));
using IHost host = builder.Build();
await host.StartAsync();
Console.WriteLine("ready");
while (await Console.In.ReadLineAsync() is not null)
{
}
await host.StopAsync();
