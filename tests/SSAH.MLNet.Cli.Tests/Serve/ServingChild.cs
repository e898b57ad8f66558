using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using SSAH.MLNet.Cli.Tests.Processes;

namespace SSAH.MLNet.Cli.Tests.Serve;

/// <summary><c>ssah serve</c> as a process, and a client of it.</summary>
internal sealed class ServingChild : IDisposable
{
    private readonly Process _process;

    private ServingChild(Process process, string url) => (_process, Client) = (process, new HttpClient { BaseAddress = new Uri(url) });

    public HttpClient Client { get; }

    public static async Task<ServingChild> StartAsync(string photos, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Child.Ssah, ["serve", photos, "--port", "0", "--quiet"]) { RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        Process process = Process.Start(start)!;
        string line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) ?? "";
        Assert.StartsWith("http://127.0.0.1:", line, StringComparison.Ordinal);
        return new ServingChild(process, line[..line.IndexOf(": ", "http:".Length, StringComparison.Ordinal)]);
    }

    /// <summary>Adds an image.</summary>
    /// <returns>Its id; null where the service was not there to acknowledge it.</returns>
    public async Task<long?> AddAsync(byte[] image)
    {
        try
        {
            using var body = new ByteArrayContent(image) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };
            using HttpResponseMessage response = await Client.PostAsync("/images", body);
            string text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, text);
            return JsonDocument.Parse(text).RootElement.GetProperty("id").GetInt64();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Ends it as Ctrl-C does.</summary>
    public Run Interrupt()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
        Assert.True(_process.WaitForExit(TimeSpan.FromMinutes(1)), "The service does not end.");
        return new Run(_process.ExitCode, _process.StandardOutput.ReadToEnd(), "");
    }

    public void Dispose()
    {
        Client.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
