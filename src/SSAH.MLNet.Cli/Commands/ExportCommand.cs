using System.CommandLine;
using System.Text.Json;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Export;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah export</c>: codes, labels and paths, or the model, for other programs.</summary>
internal static class ExportCommand
{
    private const string Onnx = "onnx";

    /// <param name="Photos">A folder of the collection.</param>
    /// <param name="Format">Name of the format.</param>
    /// <param name="File">The file; null is the folder's name with the format's ending.</param>
    /// <param name="Collection">What <c>--collection</c> says.</param>
    internal sealed record Request(string Photos, string Format, string? File = null, string? Collection = null);

    public static Command Create()
    {
        Argument<string> photos = CollectionPlace.NewFolder();
        Option<string?> collection = CollectionPlace.NewOption();
        var format = new Option<string>("--format", "-f") { Description = "raw, faiss, npy, parquet: the codes; labels: a CSV of paths and labels; onnx: "
            + "the model.", Required = true, HelpName = "FORMAT" };
        format.AcceptOnlyFromAmong([.. ExportFormat.All.Select(each => each.Name), Onnx]);
        var file = new Option<string?>("--out", "-o") { Description = "The file. Without it: the folder's name with the format's ending, in the current "
            + "folder.", HelpName = "FILE" };
        return new ToolCommand("export", "Write codes, labels and paths, or the model, for other programs.",
            ("ssah export photos --format parquet", "photos.parquet: a row an image, with path, labels and code"),
            ("ssah export photos --format faiss --out photos.faiss", "for faiss.read_index_binary; photos.faiss.paths.json has the paths"))
        {
            photos, format, file, collection,
        }.Runs((result, output, _) => Run(new Request(result.GetRequiredValue(photos), result.GetRequiredValue(format), result.GetValue(file),
            result.GetValue(collection)), output));
    }

    internal static int Run(Request request, CommandOutput output)
    {
        string path = CollectionPlace.Find(request.Collection, request.Photos);
        using ImageCollection collection = OpenedCollection.Open(path);
        string name = Path.GetFileName(collection.Folders is [var first, ..] ? first : Path.GetFileNameWithoutExtension(path));
        if (request.Format == Onnx)
            return WriteModel(collection, request.File ?? name + ".onnx", output);
        ExportFormat format = ExportFormat.All.Single(each => each.Name == request.Format);
        string file = request.File ?? name + format.Ending;
        LabeledCodes rows = LabeledCodes.ReadAll(collection);
        AtomicFile.Write(file, stream => format.Write(rows, stream));
        string? paths = format.HasPathsBeside ? $"{file}.paths.json" : null;
        if (paths is not null)
            AtomicFile.Write(paths, stream => JsonSerializer.Serialize(stream, rows.Images.Select(image => image.Path)));
        output.Result(
            new { File = Path.GetFullPath(file), Paths = paths is null ? null : Path.GetFullPath(paths), request.Format, Images = rows.Images.Count,
                rows.Codes.Bits, rows.Codes.BytesPerCode },
            () => output.Line(format.Name == ExportFormat.Labels
                ? $": {CommandOutput.Count(rows.Images.Count, "image")}; ssah label --table reads it, with --separator \"{LabelExport.Separator}\""
                : $": {CommandOutput.Count(rows.Images.Count, "code")} of {rows.Codes.Bits} "
                + $"bits{(paths is null ? "" : $"; their paths are in {PathText.Of(paths)}")}", PathText.Of(file)));
        return ExitCode.Done;
    }

    private static int WriteModel(ImageCollection collection, string file, CommandOutput output)
    {
        HashEncoder encoder = collection.Encoder;
        encoder.SaveOnnx(file);
        output.Result(new { File = Path.GetFullPath(file), Format = Onnx, encoder.ModelId, encoder.Bits }, () =>
            output.Line($": {Models.ModelChoice.Describe(encoder)}, takes {encoder.InputShape}", PathText.Of(file)));
        return ExitCode.Done;
    }
}
