using System.CommandLine;
using System.Net;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Cli.Serve;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah serve</c>: search and labels of a collection in a browser, and over HTTP.</summary>
internal static class ServeCommand
{
    /// <summary>Names the token in place of <c>--token</c>, which others on the machine can read in its list of processes.</summary>
    public const string TokenVariable = "SSAH_TOKEN";

    /// <param name="Photos">A folder of the collection.</param>
    /// <param name="Collection">What <c>--collection</c> says.</param>
    /// <param name="Port">The port; 0 takes one that is free.</param>
    /// <param name="Listen">The address.</param>
    /// <param name="Token">What <c>--token</c> says.</param>
    /// <param name="Uploads">Where uploaded images are kept.</param>
    /// <param name="MaxBytes">Largest image in bytes.</param>
    /// <param name="MaxPixels">Largest image in pixels.</param>
    internal sealed record Request(
        string Photos, string? Collection = null, int Port = ServeSettings.DefaultPort, string? Listen = null, string? Token = null, string? Uploads = null,
        int MaxBytes = ServeSettings.DefaultMaxBytes, long MaxPixels = ServeSettings.DefaultMaxPixels);

    public static Command Create()
    {
        Argument<string> photos = CollectionPlace.NewFolder();
        Option<string?> collection = CollectionPlace.NewOption();
        var port = new Option<int>("--port", "-p") { Description = "The port; 0 takes one that is free.", HelpName = "N",
            DefaultValueFactory = _ => ServeSettings.DefaultPort };
        var listen = new Option<string?>("--listen") { Description = "The address to listen on: 127.0.0.1 (default) is this machine alone; any other, such as "
            + "0.0.0.0, needs a token.", HelpName = "ADDRESS" };
        var token = new Option<string?>("--token") { Description = $"What every request must bring, at least {ServeSettings.LeastTokenLength} characters; "
            + $"better given as {TokenVariable}, which no list of processes shows.", HelpName = "TOKEN" };
        var uploads = new Option<string?>("--uploads") { Description = "Where uploaded images are kept. Without it: uploads in PHOTOS.", HelpName = "FOLDER" };
        var bytes = new Option<int>("--max-bytes") { Description = "Largest image that is taken, in bytes.", HelpName = "N",
            DefaultValueFactory = _ => ServeSettings.DefaultMaxBytes };
        var pixels = new Option<long>("--max-pixels") { Description = "Largest image that is taken, in pixels.", HelpName = "N",
            DefaultValueFactory = _ => ServeSettings.DefaultMaxPixels };
        return new ToolCommand("serve", "Search and label in a browser, and over HTTP.",
            ("ssah serve photos", $"open http://127.0.0.1:{ServeSettings.DefaultPort}; nobody else can"),
            ("ssah serve photos --listen 0.0.0.0 --token 6fd1b5e4c07a9832", "for others, too, who know the token"))
        {
            photos, collection, port, listen, token, uploads, bytes, pixels,
        }.Runs((result, output, cancellation) => Run(
            new Request(result.GetRequiredValue(photos), result.GetValue(collection), result.GetValue(port), result.GetValue(listen),
                result.GetValue(token), result.GetValue(uploads), result.GetValue(bytes), result.GetValue(pixels)), output, cancellation));
    }

    internal static int Run(Request request, CommandOutput output, CancellationToken cancellation)
    {
        ServeSettings settings = Settings(request);
        return ServeAsync(settings, output, cancellation).GetAwaiter().GetResult();
    }

    private static async Task<int> ServeAsync(ServeSettings settings, CommandOutput output, CancellationToken cancellation)
    {
        WebService service;
        try
        {
            service = await WebService.StartAsync(settings, output, cancellation);
        }
        catch (IOException error) when (error.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new ToolException($"port {settings.Port} is taken, perhaps by another ssah serve. Name another: --port N (0 takes a free one).", error);
        }
        await using (service)
        {
            output.Result(new { service.Url, settings.Collection, Images = service.Served.Collection.Count }, () =>
                output.Line($": {CommandOutput.Count(service.Served.Collection.Count, "image")} of {PathText.Of(settings.Collection)}", service.Url));
            output.Note("Ctrl-C ends it.");
            // An end that somebody asked for is the only one that there is.
            await Task.Delay(Timeout.Infinite, cancellation).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None,
                TaskScheduler.Default);
        }
        return ExitCode.Done;
    }

    private static ServeSettings Settings(Request request)
    {
        string? token = request.Token ?? Environment.GetEnvironmentVariable(TokenVariable);
        token = string.IsNullOrEmpty(token) ? null : token;
        string listen = request.Listen is null or "localhost" ? "127.0.0.1" : request.Listen;
        if (!IPAddress.TryParse(listen, out IPAddress? address))
            throw new ToolException($"--listen takes an address, such as 127.0.0.1 or 0.0.0.0, not '{request.Listen}'.");
        if (token is null && !IPAddress.IsLoopback(address))
            throw new ToolException($"--listen {listen} lets other machines in, and needs a token: --token TOKEN, or {TokenVariable}. Make one: openssl rand "
                + "-hex 16");
        if (token?.Length < ServeSettings.LeastTokenLength)
            throw new ToolException($"the token has {token.Length} characters, and needs {ServeSettings.LeastTokenLength} or more. Make one: openssl rand "
                + "-hex 16");
        CheckRange("--port", request.Port, 0, ushort.MaxValue);
        CheckRange("--max-bytes", request.MaxBytes, 1, ServeSettings.LargestMaxBytes);
        CheckRange("--max-pixels", request.MaxPixels, 1, int.MaxValue);
        return new ServeSettings(CollectionPlace.Find(request.Collection, request.Photos), address, request.Port, token, request.Uploads, request.MaxBytes,
            request.MaxPixels);
    }

    private static void CheckRange(string option, long value, long least, long most)
    {
        if (value < least || value > most)
            throw new ToolException($"{option} is {least} to {most}, not {value}.");
    }
}
