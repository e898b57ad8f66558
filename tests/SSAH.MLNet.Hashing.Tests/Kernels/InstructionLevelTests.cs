using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace SSAH.MLNet.Hashing.Tests.Kernels;

/// <summary>Processes whose runtime was told to use fewer instructions than the machine has.</summary>
public sealed class InstructionLevelTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512", "Vector256")]
    [InlineData("DOTNET_EnableAVX2", "Vector128")]
    [InlineData("DOTNET_EnableHWIntrinsic", "Scalar")]
    public async Task A_process_with_fewer_instructions_gives_the_same_answers(string variable, string level)
    {
        Assert.SkipUnless(System.Runtime.Intrinsics.X86.X86Base.IsSupported && Vector256.IsHardwareAccelerated,
            "This machine has no AVX2 to switch off.");
        string program = Path.ChangeExtension(typeof(InstructionLevelTests).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        var start = new ProcessStartInfo(program, ["-class", typeof(DefaultLevelTests).FullName!])
        {
            RedirectStandardOutput = true,
            Environment = { [variable] = "0", [DefaultLevelTests.ExpectedLevel] = level },
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("Total: 2", output, StringComparison.Ordinal);
    }
}
