using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Commands;

namespace SSAH.MLNet.Cli.Tests.Processes;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public void Each_shell_s_script_asks_the_tool_and_is_valid_where_the_shell_is_installed(string shell)
    {
        string script = Run.Done("completion", shell).Out;
        Assert.Contains("[suggest:", script, StringComparison.Ordinal);
        Assert.NotEqual(script, CompletionCommand.ScriptOf(shell, "ssah-train"));
        Assert.SkipUnless(HasProgram(shell) && shell != "pwsh", $"{shell} is not here to check the script.");
        using var folder = new TempFolder();
        string file = folder.Write("script", System.Text.Encoding.UTF8.GetBytes(script));
        using Child child = Child.Start(shell, ["-n", file]);
        Assert.Equal(new Run(0, "", ""), child.End());
    }

    [Theory]
    [InlineData("ssah in", "index inspect")]
    [InlineData("ssah export --form", "--format")]
    [InlineData("ssah export --format n", "npy")]
    [InlineData("ssah index photos --model ph", "phash")]
    public void Bash_completes_commands_options_and_values(string line, string expected)
    {
        Assert.SkipUnless(HasProgram("bash"), "There is no bash.");
        string script = Run.Done("completion", "bash").Out + $"""

            COMP_LINE="{line}"; COMP_POINT=${"{#COMP_LINE}"}; COMP_WORDS=($COMP_LINE); COMP_CWORD=$((${"{#COMP_WORDS[@]}"} - 1))
            _ssah_complete
            echo "${"{COMPREPLY[*]}"}"
            """;
        using Child child = Child.Start("bash", ["-c", script], null,
            ("PATH", Path.GetDirectoryName(Child.Ssah) + ":" + Environment.GetEnvironmentVariable("PATH")));
        Run run = child.End();
        Assert.Equal((ExitCode.Done, expected), (run.Code, run.Out.Trim()));
    }

    private static bool HasProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)));
}
