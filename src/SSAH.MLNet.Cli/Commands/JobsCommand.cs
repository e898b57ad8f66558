using System.CommandLine;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Models;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Postgres.Workers;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah jobs</c>: adds photos for workers to encode, and shows how far they are.</summary>
internal static class JobsCommand
{
    private const int ShownFailures = 20;

    public static Command Create()
    {
        var photos = new Argument<string?>("PHOTOS")
        {
            Description = "Folder whose photos are added, under the path that all workers must see them by. Without it nothing is added.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var database = new PostgresOptions();
        Option<string?> model = ModelChoice.NewOption();
        Option<int?> bits = ModelChoice.NewBitsOption();
        var use = new Option<string?>("--use") { Description = "Search by this model from now on, once all photos have its codes.", HelpName = "MODEL-ID" };
        return new ToolCommand("jobs", "Show how far workers are with photos in PostgreSQL, or add photos for them.",
            ("ssah jobs photos --model hasher.zip --postgres Host=db", "adds photos that are new or have changed; the model goes with them"),
            ("ssah jobs --postgres Host=db", "what is waiting, running, done and failed"))
        {
            photos, database.Connection, database.Schema, model, bits, use,
        }.Runs((result, output, cancellation) => database.Use(result, queue => RunAsync(queue, result.GetValue(photos), result.GetValue(model),
            result.GetValue(bits), result.GetValue(use), output, cancellation)));
    }

    private static async Task<int> RunAsync(EncodingQueue queue, string? photos, string? model, int? bits, string? use, CommandOutput output,
        CancellationToken cancellation)
    {
        (int Added, int Removed)? change = null;
        if (photos is not null)
            change = await AddAsync(queue, photos, model, bits, output, cancellation);
        if (use is not null)
            await queue.UseAsync(use, cancellation);
        List<EncodingProgress> progress = await queue.ProgressAsync(cancellation);
        List<EncodingFailure> failures = await queue.FailuresAsync(ShownFailures, cancellation);
        output.Result(new { change?.Added, change?.Removed, Models = progress, Failures = failures }, () =>
        {
            if (change is { } jobs)
                output.Line($"{CommandOutput.Count(jobs.Added, "photo")} added"
                    + (jobs.Removed > 0 ? $", {CommandOutput.Count(jobs.Removed)} of files that are gone removed" : ""));
            foreach (EncodingProgress each in progress)
                output.Line($"{(each.IsCurrent ? "*" : " ")} {each.Model}, {each.Bits} bits: {CommandOutput.Count(each.Waiting)} waiting, "
                    + $"{CommandOutput.Count(each.Running)} running{(each.Abandoned > 0 ? $" ({CommandOutput.Count(each.Abandoned)} abandoned)" : "")}, "
                    + $"{CommandOutput.Count(each.Done)} done, {CommandOutput.Count(each.Failed)} failed");
            foreach (EncodingFailure failure in failures)
                output.Line($"  {failure.Path}: {failure.Problem}");
        });
        return ExitCode.Done;
    }

    private static async Task<(int Added, int Removed)> AddAsync(
        EncodingQueue queue, string photos, string? model, int? bits, CommandOutput output, CancellationToken cancellation)
    {
        string folder = Path.GetFullPath(photos);
        if (!Directory.Exists(folder))
            throw new ToolException($"there is no folder '{photos}'.");
        EncodingProgress? current = model is null ? (await queue.ProgressAsync(cancellation)).Find(each => each.IsCurrent) : null;
        if (model is null && current is null)
            throw new ToolException("the database has no model yet: --model names one, such as phash or the file of a trained model.");
        using HashEncoder encoder = current is null ? new ModelChoice(model!, bits).Open(folder, output, cancellation)
            : await queue.LoadAsync(current.Model, cancellation);
        string[] paths = [.. ImageList.Below(folder).Select(Path.GetFullPath)];
        // An unmounted disk looks like that, and would take all its photos out.
        if (paths.Length == 0)
            throw new ToolException($"there is no photo in '{photos}'.");
        return await queue.AddAsync(encoder, folder, paths, cancellation);
    }
}
