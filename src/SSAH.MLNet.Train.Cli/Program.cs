using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Train.Cli;

using var interruption = new Interruption();
return ToolRun.Invoke(TrainTool.Create(), args, Terminal.Out, Terminal.Error, interruption.Token);
