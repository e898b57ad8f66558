using System.CommandLine;
using SSAH.MLNet.Cli.Commands;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli;

/// <summary>The commands of <c>ssah</c>.</summary>
internal static class SsahTool
{
    public static RootCommand Create() => ToolRun.WithOutputOptions(new RootCommand("Finds similar images and duplicates in folders of photos.")
    {
        IndexCommand.Create(),
        SearchCommand.Create(),
        DuplicatesCommand.Create(),
        CompareCommand.Create(),
        LabelCommand.Create(),
        TrainCommand.Create(),
        EvaluateCommand.Create(),
        InspectCommand.Create(),
        ReportCommand.Create(),
        ExportCommand.Create(),
        ServeCommand.Create(),
        JobsCommand.Create(),
        EncodeCommand.Create(),
        CompletionCommand.Create("ssah"),
    });
}
