using System.Text.Json;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Duplicates;

/// <summary>
/// Where copies are moved: a folder for each time, with a list of what was moved from where, written before each move, so that it is whole whenever the
/// program ends.
/// </summary>
internal sealed class DuplicateTrash
{
    private const string ListName = "moved.jsonl";
    private readonly string _folder;

    /// <param name="folder">The trash.</param>
    public DuplicateTrash(string folder) => _folder = Path.GetFullPath(folder);

    /// <summary>The trash of a folder: inside it, hidden, so that nothing there is read as one of its images.</summary>
    public static string DefaultFor(string photos) => Path.Combine(Path.GetFullPath(photos), CollectionPlace.HiddenFolder, "trash");

    /// <summary>Moves files into the trash.</summary>
    /// <param name="photos">The folder that they come from; their paths below it are kept.</param>
    /// <param name="files">Full paths.</param>
    /// <param name="cancellation">Ends it between two files.</param>
    /// <returns>The folder that they are in now.</returns>
    public string Move(string photos, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        string batch = NewBatch();
        using var list = new StreamWriter(new FileStream(Path.Combine(batch, ListName), FileMode.CreateNew, FileAccess.Write, FileShare.Read));
        foreach (string file in files)
        {
            cancellation.ThrowIfCancellationRequested();
            string relative = Path.GetRelativePath(photos, file);
            string to = Path.Combine(batch, relative);
            list.WriteLine(JsonSerializer.Serialize(new Moved(file, to)));
            list.Flush();
            ((FileStream)list.BaseStream).Flush(flushToDisk: true);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Move(file, to, overwrite: false);
        }
        return batch;
    }

    /// <summary>Brings back what was moved the last time.</summary>
    /// <returns>The files that are back, and why others are not.</returns>
    /// <exception cref="ToolException">The trash is empty.</exception>
    public (IReadOnlyList<string> Back, IReadOnlyList<string> Problems) Undo()
    {
        string? list = Directory.Exists(_folder)
            ? Directory.GetDirectories(_folder).Select(batch => Path.Combine(batch, ListName)).Where(File.Exists).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        if (list is null)
            throw new ToolException($"there is nothing to undo: '{_folder}' has no list of moved files.");
        var back = new List<string>();
        var problems = new List<string>();
        foreach (Moved moved in File.ReadLines(list).Select(Parse).OfType<Moved>())
        {
            if (!File.Exists(moved.To))
                continue;
            if (File.Exists(moved.From))
            {
                problems.Add($"'{PathText.Of(moved.From)}' is not brought back, as there is a file of that name; it is in '{moved.To}'");
                continue;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(moved.From)!);
            File.Move(moved.To, moved.From, overwrite: false);
            back.Add(moved.From);
        }
        if (problems.Count == 0)
            Directory.Delete(Path.GetDirectoryName(list)!, recursive: true);
        return (back, problems);
    }

    // The last line may be cut off where the machine went down; its file was not moved yet.
    private static Moved? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Moved>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Named by the time, so that the last one is the last in order.
    private string NewBatch()
    {
        string name = DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", System.Globalization.CultureInfo.InvariantCulture);
        for (int number = 0; ; number++)
        {
            string batch = Path.Combine(_folder, $"{name}-{number:000}");
            if (Directory.Exists(batch))
                continue;
            Directory.CreateDirectory(batch);
            return batch;
        }
    }

    private sealed record Moved(string From, string To);
}
