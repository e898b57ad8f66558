using System.Diagnostics;
using Spectre.Console;

namespace SSAH.MLNet.Cli.Output;

/// <summary>Progress in a terminal: a bar that moves, gone when the work is done.</summary>
internal static class TerminalProgress
{
    public static T Run<T>(IAnsiConsole console, string what, string unit, Func<IProgress<WorkDone>, T> work) => console.Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn())
        .Start(context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(what), maxValue: 1);
            task.IsIndeterminate = true;
            return work(new Bar(task, what, unit));
        });

    private sealed class Bar(ProgressTask task, string what, string unit) : IProgress<WorkDone>
    {
        private readonly Lock _state = new();
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private long _done;
        private string? _unit;

        public void Report(WorkDone value)
        {
            lock (_state)
            {
                // Reports of several threads may come out of order.
                if (value.Unit == _unit && value.Done < _done)
                    return;
                if (value.Unit != _unit)
                    _watch.Restart();
                (_done, _unit) = (value.Done, value.Unit);
                task.IsIndeterminate = value.Total == 0;
                task.MaxValue = Math.Max(1, value.Total);
                task.Value = value.Total == 0 ? 0 : value.Done;
                task.Description = Markup.Escape(Durations.Progress(what, unit, value, _watch.Elapsed));
            }
        }
    }
}
