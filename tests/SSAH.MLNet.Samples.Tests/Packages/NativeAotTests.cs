namespace SSAH.MLNet.Samples.Tests.Packages;

[Collection(PackedFolderGroup.Name)]
public sealed class NativeAotTests(PackedFolder packed)
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Search_and_evaluation_from_the_packages_give_the_same_answers_under_native_aot()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The smoke program is published on Linux only.");
        Assert.SkipUnless(HasProgram("clang") || HasProgram("gcc"), "Native AOT needs a linker: apt-get install gcc (or clang).");
        Assert.SkipUnless(File.Exists("/usr/include/zlib.h"), "Native AOT needs zlib: apt-get install zlib1g-dev.");
        string program = File.ReadAllText(Repository.At("tests", "SSAH.MLNet.AotSmoke", "Program.cs"));
        // Everything of the libraries is analyzed, not only what this program happens to call.
        string folder = packed.CreateProject("AotSmoke", [("SSAH.MLNet.Evaluation", packed.VersionOf("SSAH.MLNet.Evaluation"))], program,
            "<PublishAot>true</PublishAot><InvariantGlobalization>true</InvariantGlobalization><TrimmerSingleWarn>false</TrimmerSingleWarn>");
        File.WriteAllText(Path.Combine(folder, "Directory.Build.targets"), """
            <Project><ItemGroup><TrimmerRootAssembly Include="SSAH.MLNet.Hashing;SSAH.MLNet.Evaluation" /></ItemGroup></Project>
            """);
        (int code, string text) = await ProcessRun.Start("dotnet", ["publish", "-c", "Release", "-o", "out"], folder);
        Assert.SkipWhen(code != 0 && text.Contains("NU1101", StringComparison.Ordinal) && text.Contains("ILCompiler", StringComparison.Ordinal),
            "The native AOT compiler package cannot be restored here.");
        Assert.True(code == 0, text);
        Assert.DoesNotContain("warning", text, StringComparison.Ordinal);
        (code, text) = await ProcessRun.Start(Path.Combine(folder, "out", "AotSmoke"), []);
        Assert.True(code == 0 && text.Trim() == "ok", text);
    }

    private static bool HasProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)));
}
