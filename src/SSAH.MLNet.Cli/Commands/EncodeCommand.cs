using System.CommandLine;
using System.Diagnostics;
using Npgsql;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Postgres.Workers;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah encode</c>: a worker that encodes the photos of <c>ssah jobs</c>, beside any number of others.</summary>
internal static class EncodeCommand
{
    private const int MinLease = 1, MaxLease = 3600;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var database = new PostgresOptions();
        var worker = new Option<bool>("--worker") { Description = "Stay when all is done, and wait for more." };
        var lease = new Option<int>("--lease")
        {
            Description = "Seconds after which others take over what a worker that is not heard of has begun.", HelpName = "SECONDS",
            DefaultValueFactory = _ => 60,
        };
        lease.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < MinLease or > MaxLease)
                result.AddError($"--lease takes {MinLease} to {MaxLease} seconds.");
        });
        return new ToolCommand("encode", "Encode the photos that ssah jobs added, beside any number of other workers.",
            ("ssah encode --postgres Host=db", "works until all is done, by whomever"),
            ("ssah encode --worker --postgres Host=db", "stays, and waits for more; Ctrl-C gives back what is not done"))
        {
            database.Connection, database.Schema, worker, lease,
        }.Runs((result, output, cancellation) =>
        {
            var time = TimeSpan.FromSeconds(result.GetValue(lease));
            (int done, int failed) = database.Use(result, queue => RunAsync(queue, time, result.GetValue(worker), output, cancellation));
            output.Result(new { Done = done, Failed = failed }, () => output.Line($"{CommandOutput.Count(done, "photo")} encoded by this worker"
                + (failed > 0 ? $", of which {CommandOutput.Count(failed)} failed: ssah jobs says why" : "")));
            return ExitCode.Done;
        });
    }

    private static Task<(int Done, int Failed)> RunAsync(EncodingQueue queue, TimeSpan lease, bool stays, CommandOutput output,
        CancellationToken cancellation) => output.Progress("encoding", "photos",
            progress => new EncodingWorker(queue, lease, stays).RunAsync(new Told(queue, progress), cancellation));

    /// <summary>Shows how far all workers together are.</summary>
    private sealed class Told(EncodingQueue queue, IProgress<WorkDone> progress) : IProgress<(int Done, int Failed)>
    {
        private readonly Stopwatch _sinceLast = new();

        public void Report((int Done, int Failed) value)
        {
            // Counting all jobs takes the server time, from every worker.
            if (_sinceLast.IsRunning && _sinceLast.Elapsed < s_pause)
                return;
            _sinceLast.Restart();
            List<EncodingProgress> all;
            try
            {
                all = queue.ProgressAsync(CancellationToken.None).GetAwaiter().GetResult();
            }
            catch (NpgsqlException)
            {
                // Not to be told how far all are is no reason to stop.
                return;
            }
            long done = all.Sum(each => each.Done + each.Failed);
            progress.Report(new WorkDone(done, done + all.Sum(each => each.Waiting + each.Running)));
        }
    }
}
