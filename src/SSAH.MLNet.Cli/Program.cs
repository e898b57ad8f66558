using SSAH.MLNet.Cli;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;

using var interruption = new Interruption();
return ToolRun.Invoke(SsahTool.Create(), args, Terminal.Out, Terminal.Error, interruption.Token);
