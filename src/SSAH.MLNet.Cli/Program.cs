using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Cli;

// A class of its own: ASP.NET Core would make that of top-level statements public.
internal static class Program
{
    private static int Main(string[] arguments)
    {
        using var interruption = new Interruption();
        return ToolRun.Invoke(SsahTool.Create(), arguments, Terminal.Out, Terminal.Error, interruption.Token);
    }
}
