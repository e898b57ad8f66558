using System.Text.Json;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Tests.Processes;

public sealed class ProcessTests
{
    [Fact]
    public void Results_go_to_standard_output_and_the_rest_to_standard_error_without_escape_codes()
    {
        using var folder = new TempFolder();
        DrawnPhotos.Write(folder.At("photos"), 4);
        folder.Write("photos/broken.jpg", DrawnPhotos.Scene(1)[..100]);
        Run index = Child.Ran(folder.Path, "index", "photos", "--model", "phash");
        Assert.Equal(ExitCode.Done, index.Code);
        Assert.Equal(Path.Combine("photos", ".ssah", "collection.db") + ": 4 images (PerceptualDct, 64 bits)", index.Out.Split('\n')[0].TrimEnd());
        Assert.Contains("warning: ", index.Error, StringComparison.Ordinal);
        Run search = Child.Ran(folder.At("photos"), "search", "2.jpg", "-k", "2");
        Assert.Equal((2, ""), (search.Out.TrimEnd().Split('\n').Length, search.Error));
        Run error = Child.Ran(folder.Path, "search", "none.jpg");
        Assert.Equal((ExitCode.Error, ""), (error.Code, error.Out));
        Assert.All(new[] { index, search, error }, run => Assert.DoesNotContain('\u001b', run.Out + run.Error));
    }

    [Fact]
    public void Ctrl_C_ends_an_index_with_130_and_keeps_what_is_done()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        // A fast machine may be done before the signal comes; then there is more to do.
        int images = 600;
        while (!StopsAmong(images))
            Assert.InRange(images *= 3, 1, 20_000);
    }

    // False where the program was done before it was stopped.
    private static bool StopsAmong(int images)
    {
        using var folder = new TempFolder();
        string photos = folder.At("photos"), file = folder.At("c.db");
        Directory.CreateDirectory(photos);
        byte[] scene = DrawnPhotos.Large(1);
        // Each differs by a byte behind the image, so that none is a copy.
        for (int i = 0; i < images; i++)
            File.WriteAllBytes(Path.Combine(photos, $"{i}.jpg"), [.. scene, (byte)i, (byte)(i >> 8)]);
        using Child child = Child.Start(Child.Ssah, ["index", photos, "--model", "phash", "-c", file]);
        while (!child.HasExited && CountIn(file) == 0)
            Thread.Sleep(10);
        child.Interrupt();
        Run run = child.End();
        if (run.Code == ExitCode.Done)
            return false;
        Assert.True(run.Code == ExitCode.Interrupted, run.Out + run.Error);
        Assert.Equal("", run.Out);
        int kept = CountIn(file);
        Assert.InRange(kept, 1, images - 1);
        JsonElement json = Run.Done("index", photos, "-c", file, "--json").Json;
        Assert.Equal((images, images - kept), (json.GetProperty("images").GetInt32(), json.GetProperty("added").GetInt32()));
        return true;
    }

    [Fact]
    public void The_default_model_is_in_the_tool_and_training_switches_the_collection()
    {
        using var folder = new TempFolder();
        foreach (int i in Enumerable.Range(0, 6))
        {
            folder.Write($"photos/plain/{i}.jpg", DrawnPhotos.Scene(i));
            folder.Write($"photos/gray/{i}.jpg", DrawnPhotos.Gray(100 + i));
        }
        Run index = Child.Ran(folder.Path, "index", "photos", "--label-by-folder", "--json");
        Assert.True(index.Code == ExitCode.Done, index.Error);
        Assert.Equal(256, index.Json.GetProperty("model").GetProperty("bits").GetInt32());
        // Codes that were known from the learning are those that the network gives.
        using (var indexed = ImageCollection.Open(folder.At("photos", ".ssah", "collection.db")))
            foreach (CollectionImage image in indexed.Images)
                Assert.Equal(indexed.Encoder.EncodeImage(image.Path)[0].ToArray(), BinaryCodes.FromPacked(256, image.Code.Span)[0].ToArray());
        using Child train = Child.Start(Child.Ssah, ["train", "photos", "--bits", "32", "--hold-out", "0.34", "--json", "--html", "training.html"], folder.Path,
            ("SSAH_TRAIN", Child.Trainer), ("XDG_DATA_HOME", folder.At("data")));
        Run trained = train.End();
        Assert.True(trained.Code == ExitCode.Done, trained.Error);
        // A new user's folder of data is not there yet; features are kept all the same.
        if (OperatingSystem.IsLinux())
            Assert.NotEmpty(Directory.GetFiles(folder.At("data", "SSAH.MLNet", "features"), "*.features"));
        JsonElement training = trained.Json.GetProperty("training");
        Assert.Equal((12, 4), (training.GetProperty("labeled").GetInt32(), training.GetProperty("heldOut").GetInt32()));
        Assert.Equal(["chance", "cosine", "unlabeledCodes", "classRanking", "trainedCodes"],
            training.GetProperty("rankings").EnumerateArray().Select(each => each.GetProperty("method").GetString()));
        using var collection = ImageCollection.Open(folder.At("photos", ".ssah", "collection.db"));
        string page = File.ReadAllText(folder.At("training.html"));
        Assert.Equal(folder.At("training.html"), trained.Json.GetProperty("page").GetString());
        foreach (string part in new[] { "What training brought", "mirror image", "hard sample 1", "% covered", "plain 6" })
            Assert.Contains(part, page, StringComparison.Ordinal);
        Assert.Equal((32, training.GetProperty("modelId").GetString()), (collection.Bits, collection.ModelId));
    }

    [Fact]
    public void Where_the_trainer_is_missing_it_is_said_how_to_get_it()
    {
        using var folder = new TempFolder();
        foreach (string label in new[] { "a", "b" })
            folder.Write($"photos/{label}/1.jpg", DrawnPhotos.Scene(label[0]));
        Run.Done("index", folder.At("photos"), "--model", "phash", "--label-by-folder");
        using Child child = Child.Start(Child.Ssah, ["train", "photos"], folder.Path, ("PATH", "/nowhere"), ("HOME", folder.Path), ("SSAH_TRAIN", ""),
            ("DOTNET_ROOT", Path.GetDirectoryName(Environment.ProcessPath)!));
        Run run = child.End();
        Assert.Equal((ExitCode.Error, ""), (run.Code, run.Out));
        Assert.Contains("dotnet tool install --global ssah-train", run.Error, StringComparison.Ordinal);
    }

    private static int CountIn(string file)
    {
        if (!File.Exists(file))
            return 0;
        try
        {
            using var collection = ImageCollection.Open(file);
            return collection.Count;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or MLNet.Hashing.DamagedFileException)
        {
            // It is being made.
            return 0;
        }
    }
}
