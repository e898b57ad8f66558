using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Cli.Serve.Endpoints;
using SSAH.MLNet.Cli.Serve.Http;
using SSAH.MLNet.Cli.Serve.Images;
using SSAH.MLNet.Cli.Serve.Jobs;
using SSAH.MLNet.Cli.Serve.Labeling;

namespace SSAH.MLNet.Cli.Serve;

/// <summary>Search and labels over HTTP, for one collection.</summary>
internal sealed class WebService : IAsyncDisposable
{
    private const int MostConnections = 1000, LeastBytesASecond = 2_000;
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10), s_ending = TimeSpan.FromSeconds(5);
    private readonly WebApplication _application;

    private WebService(WebApplication application) => _application = application;

    /// <summary>Where it is reached.</summary>
    public string Url => _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>The collection.</summary>
    public ServedCollection Served => _application.Services.GetRequiredService<ServedCollection>();

    /// <summary>Opens the collection and begins to listen.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<WebService> StartAsync(ServeSettings settings, CommandOutput output, CancellationToken cancellation)
    {
        // Nothing is read from the folder of photos or from the environment: settings are those of the command line.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "ssah" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, settings));
        AddServices(builder.Services, settings, output);
        WebApplication application = builder.Build();
        try
        {
            application.UseMiddleware<Problems>();
            application.UseRouting();
            application.UseMiddleware<RequestGuard>();
            Map(application, settings);
            // Before anybody is told an address.
            application.Services.GetRequiredService<ServedCollection>().WarmUp();
            await application.StartAsync(cancellation);
            return new WebService(application);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    /// <summary>Answers the requests that have begun, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        using var ending = new CancellationTokenSource(s_ending);
        await _application.StopAsync(ending.Token);
        await _application.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, ServeSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Listen(settings.Address, settings.Port);
        kestrel.Limits.MaxRequestBodySize = settings.MaxBytes + (long)UploadedImage.FormOverhead;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(LeastBytesASecond, s_grace);
        kestrel.Limits.RequestHeadersTimeout = s_grace;
    }

    private static void AddServices(IServiceCollection services, ServeSettings settings, CommandOutput output)
    {
        services.AddRoutingCore();
        services.AddOpenApi();
        // Ctrl-C is the tool's, not the host's.
        services.AddSingleton<IHostLifetime, NoLifetime>();
        services.AddSingleton(output);
        services.AddSingleton(settings);
        services.AddSingleton(new AccessGate(settings.Token is { } token ? new AccessToken(token) : null));
        services.AddSingleton<ServedCollection>();
        services.AddSingleton<Thumbnails>();
        services.AddSingleton(provider => new LabelHistory(provider.GetRequiredService<ServedCollection>().Collection));
        services.AddSingleton(provider => new LabelingState(provider.GetRequiredService<ServedCollection>().Collection));
        services.AddSingleton<TrainingJob>();
        services.AddSingleton<DuplicatesJob>();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.Configure<JsonOptions>(options => options.SerializerOptions.Converters.Add(new JsonStringEnumConverter()));
    }

    private static void Map(WebApplication application, ServeSettings settings)
    {
        application.MapOpenApi();
        ServiceEndpoints.Map(application, settings);
        SearchEndpoints.Map(application, settings);
        ImageEndpoints.Map(application, settings);
        LabelEndpoints.Map(application);
        LabelingEndpoints.Map(application);
        JobEndpoints.Map(application);
        PageEndpoints.Map(application);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
