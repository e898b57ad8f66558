using System.CommandLine;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah completion SHELL</c>: the script that makes a shell complete the tool's commands, options and files.</summary>
internal static class CompletionCommand
{
    public static Command Create(string tool)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        return new ToolCommand("completion", "Write a script that makes a shell complete commands and options.",
            ($"{tool} completion bash > ~/.local/share/bash-completion/completions/{tool}", "completes in new bash sessions"),
            ($"{tool} completion pwsh >> $PROFILE", "completes in new PowerShell sessions"))
        {
            shell,
        }.Runs((result, output, _) =>
        {
            output.Line(ScriptOf(result.GetRequiredValue(shell), tool));
            return ExitCode.Done;
        });
    }

    // Each asks the tool itself, by the directive [suggest:CURSOR] of System.CommandLine, and offers files where it has no answer.
    internal static string ScriptOf(string shell, string tool)
    {
        string name = tool.Replace('-', '_');
        return shell switch
        {
            "bash" => $$"""
                _{{name}}_complete()
                {
                    local IFS=$'\n'
                    COMPREPLY=($(compgen -W "$({{tool}} "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
                }
                complete -o default -F _{{name}}_complete {{tool}}
                """,
            "zsh" => $$"""
                #compdef {{tool}}
                _{{name}}_complete()
                {
                    local -a answers
                    answers=("${(@f)$({{tool}} "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                    compadd -a answers
                    _files
                }
                compdef _{{name}}_complete {{tool}}
                """,
            "fish" => $$"""
                complete -c {{tool}} -a '({{tool}} "[suggest:"(string length (commandline -cp))"]" (commandline -cp) 2>/dev/null)'
                """,
            _ => $$"""
                Register-ArgumentCompleter -Native -CommandName {{tool}} -ScriptBlock {
                    param($wordToComplete, $commandAst, $cursorPosition)
                    {{tool}} "[suggest:$cursorPosition]" "$commandAst" 2>$null | Where-Object { $_ -like "$wordToComplete*" } |
                        ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
                }
                """,
        };
    }
}
