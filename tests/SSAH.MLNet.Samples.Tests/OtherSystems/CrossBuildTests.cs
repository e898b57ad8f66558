namespace SSAH.MLNet.Samples.Tests.OtherSystems;

/// <summary>Both tools and a program that serves, built here for systems that no test runs on.</summary>
public sealed class CrossBuildTests(CrossBuildTests.BuiltFolder built) : IClassFixture<CrossBuildTests.BuiltFolder>
{
    private static readonly string[] s_programs = ["src/SSAH.MLNet.Cli", "src/SSAH.MLNet.Train.Cli", "samples/ServeHasher", "src/SSAH.MLNet.Orleans"];
    private readonly TempFolder _folder = built.Folder;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Programs_restore_and_compile_for_Windows_and_macOS_with_the_natives_of_these()
    {
        await Build("win-x64");
        await Build("osx-arm64");
        // Every library was compiled on the way.
        Assert.Equal([], Directory.GetDirectories(Repository.At("src")).Where(folder => Directory.GetFiles(folder, "*.csproj").Length > 0)
            .Select(folder => Path.GetFileName(folder)).Except(Directory.GetDirectories(_folder.At("bin")).Select(folder => Path.GetFileName(folder))));

        string[] windows = ["onnxruntime.dll", "libSkiaSharp.dll", "e_sqlite3.dll", "torch_cpu.dll", "LibTorchSharp.dll"];
        string[] mac = ["libonnxruntime.dylib", "libSkiaSharp.dylib", "libe_sqlite3.dylib", "libtorch_cpu.dylib", "libLibTorchSharp.dylib"];
        foreach ((string runtime, string[] natives) in new[] { ("win-x64", windows), ("osx-arm64", mac) })
        {
            AssertBeside("SSAH.MLNet.Cli", runtime, natives[..3]);
            AssertBeside("SSAH.MLNet.Train.Cli", runtime, [.. natives[..2], .. natives[3..]]);
            AssertBeside("SSAH.MLNet.Samples.ServeHasher", runtime, natives[..2]);
        }
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_program_that_only_encodes_builds_for_CUDA()
    {
        await Build("samples/ServeHasher", "CUDA", "-p:HashDevice=cuda");
        string[] natives = [.. Directory.EnumerateFiles(_folder.At("bin", "SSAH.MLNet.Samples.ServeHasher", Repository.Configuration.ToLowerInvariant()),
            "*onnxruntime_providers_cuda*", SearchOption.AllDirectories)];
        Assert.NotEmpty(natives);
    }

    [Fact]
    public async Task Where_the_natives_to_train_on_CUDA_are_not_served_the_build_names_another_way()
    {
        (int code, string output) = await ProcessRun.Start("dotnet", ["msbuild", Repository.At("samples/TrainHasher"), "-t:CheckHashDevice",
            "-p:HashDevice=cuda", "-nologo", "-v:minimal"]);
        Assert.True(code == 0, output);
        Assert.Contains("NU1101", output, StringComparison.Ordinal);
        Assert.Contains("HashDevice=system", output, StringComparison.Ordinal);
    }

    /// <summary>One folder for all builds: the libraries, which are the same for every system, are compiled once.</summary>
    public sealed class BuiltFolder : IDisposable
    {
        internal TempFolder Folder { get; } = new();

        public void Dispose() => Folder.Dispose();
    }

    private async Task Build(string runtime)
    {
        foreach (string program in s_programs)
            await Build(program, runtime, "-r", runtime, "--no-self-contained");
    }

    private async Task Build(string program, string what, params string[] options)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("SSAH_SLOW") == "1", "Nine builds take minutes: SSAH_SLOW=1 runs them, as .ci/run does.");
        (int code, string output) = await ProcessRun.Start("dotnet", ["build", Repository.At(program), "-c", Repository.Configuration, .. options,
            "--artifacts-path", _folder.Path, "-v", "quiet", "-nologo", "-p:CreateHardLinksForCopyLocalIfPossible=true",
            // The build of the solution has analyzed and documented the same sources.
            "-p:RunAnalyzers=false", "-p:GenerateDocumentationFile=false"]);
        // Without a network there are no natives of other systems.
        Assert.SkipWhen(code != 0 && (output.Contains("NU1301", StringComparison.Ordinal) || output.Contains("NU1101", StringComparison.Ordinal)),
            $"The packages for {what} cannot be restored here.");
        Assert.True(code == 0, output);
    }

    private void AssertBeside(string project, string runtime, string[] natives)
    {
        string[] files = [.. Directory.EnumerateFiles(_folder.At("bin", project, $"{Repository.Configuration.ToLowerInvariant()}_{runtime}"))
            .Select(file => Path.GetFileName(file))];
        Assert.Equal([], natives.Except(files));
        Assert.DoesNotContain(files, file => file.EndsWith(".so", StringComparison.Ordinal));
    }
}
