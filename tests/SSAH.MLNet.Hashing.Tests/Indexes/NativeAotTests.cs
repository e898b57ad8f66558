using System.Diagnostics;

namespace SSAH.MLNet.Hashing.Tests.Indexes;

public sealed class NativeAotTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_program_published_with_native_aot_gives_the_same_answers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The smoke program is published on Linux only.");
        Assert.SkipUnless(HasProgram("clang") || HasProgram("gcc"), "Native AOT needs a linker: apt-get install gcc (or clang).");
        Assert.SkipUnless(File.Exists("/usr/include/zlib.h"), "Native AOT needs zlib: apt-get install zlib1g-dev.");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("aot");
        try
        {
            string project = Path.Combine(RepositoryRoot(), "tests", "SSAH.MLNet.AotSmoke");
            string output = Path.Combine(folder.FullName, "out");
            // Artifacts of its own: the test must not write where a build may be running.
            (int code, string text) = await Run(
                "dotnet", ["publish", project, "-c", "Release", "-o", output, "--artifacts-path", folder.FullName, "-nodeReuse:false",
                    "-p:UseSharedCompilation=false"]);
            Assert.SkipWhen(code != 0 && text.Contains("NU1101", StringComparison.Ordinal),
                "The native AOT compiler package cannot be restored here.");
            Assert.True(code == 0, text);
            Assert.DoesNotContain("warning IL", text, StringComparison.Ordinal);
            (code, text) = await Run(Path.Combine(output, "SSAH.MLNet.AotSmoke"), []);
            Assert.True(code == 0 && text.Trim() == "ok", text);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool HasProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)));

    private static string RepositoryRoot()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SSAH.MLNet.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests lie outside the repository.");
        return folder.FullName;
    }

    private static async Task<(int Code, string Text)> Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Variables of an enclosing build would change this one.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await errors);
    }
}
