using SSAH.MLNet.Collections;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Training.Checkpoints;

namespace SSAH.MLNet.Files.Tests;

/// <summary><see cref="ReadingLimits"/>: a good file is refused by a limit below it, by name, and read by a limit that it just meets.</summary>
public sealed class LimitTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-limits-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("model-onnx")]
    [InlineData("model-zip")]
    public void Models_are_refused_beyond_each_limit(string reader)
    {
        string path = Sample(reader);
        long bytes = new FileInfo(path).Length;
        HashEncoder.Load(path, new() { MaxBytes = bytes, MaxNodes = 16, MaxTensors = 9, MaxPixels = 192, MaxBits = 16 }).Dispose();
        HashEncoder.Load(path, ReadingLimits.Untrusted).Dispose();
        foreach (ReadingLimits limits in new ReadingLimits[] { new() { MaxBytes = bytes - 1 }, new() { MaxNodes = 14 }, new() { MaxTensors = 7 },
            new() { MaxPixels = 191 },
            new() { MaxBits = 15 } })
            Assert.Contains(path, Assert.Throws<DamagedFileException>(() => HashEncoder.Load(path, limits)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Codes_indexes_and_splits_are_refused_beyond_each_limit()
    {
        string codes = Sample("codes"), index = Sample("index"), split = Sample("split");
        BinaryCodes.Load(codes, new() { MaxRows = 8, MaxBits = 60 });
        HammingIndex.Load(index, new() { MaxRows = 8, MaxBits = 60 });
        RetrievalSplit.Load(split, new() { MaxRows = 40 });
        Refused(codes, limits => BinaryCodes.Load(codes, limits), new() { MaxRows = 7 }, new() { MaxBits = 59 }, new() { MaxBytes = 100 });
        Refused(index, limits => HammingIndex.Load(index, limits), new() { MaxRows = 7 }, new() { MaxBits = 59 }, new() { MaxBytes = 100 });
        Refused(split, limits => RetrievalSplit.Load(split, limits), new() { MaxRows = 30 }, new() { MaxBytes = 100 });
    }

    [Fact]
    public void Collections_are_refused_beyond_each_limit()
    {
        string path = Sample("collection");
        void Open(ReadingLimits limits)
        {
            using ImageCollection collection = ImageCollection.Open(path, options: new() { Limits = limits });
            _ = collection.Encoder.Bits;
        }
        Open(new() { MaxRows = 5, MaxBits = 16, MaxBytes = new FileInfo(path).Length });
        Open(ReadingLimits.Untrusted);
        Refused(path, Open, new() { MaxRows = 4 }, new() { MaxBits = 15 }, new() { MaxBytes = 1000 }, new() { MaxNodes = 3 });
    }

    [Fact]
    public void Tables_and_archives_are_refused_beyond_each_limit()
    {
        string table = Sample("table"), zip = Sample("archive-zip"), tar = Sample("archive-tar");
        LabelTable.List(table, new() { Limits = new() { MaxRows = 3 } });
        ArchiveListing.List(zip, new() { Limits = new() { MaxRows = 2 } });
        ArchiveListing.List(tar, new() { Limits = new() { MaxRows = 2 } });
        Assert.Throws<DamagedFileException>(() => LabelTable.List(table, new() { Limits = new() { MaxRows = 2 } }));
        Assert.Throws<DamagedFileException>(() => LabelTable.List(table, new() { Limits = new() { MaxBytes = 10 } }));
        Assert.Throws<DamagedFileException>(() => ArchiveListing.List(zip, new() { Limits = new() { MaxRows = 1 } }));
        Assert.Throws<DamagedFileException>(() => ArchiveListing.List(tar, new() { Limits = new() { MaxRows = 1 } }));
    }

    // A link may lead out of the folder, or to a device without end.
    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/etc/passwd")]
    [InlineData("other.safetensors")]
    public void A_checkpoint_whose_file_is_a_link_is_refused(string target)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        using var checkpoint = (CheckpointTarget)AllTargets.Named("checkpoint-tensors");
        checkpoint.Read(checkpoint.Samples[0]);
        string file = Path.Combine(checkpoint.Folder, "h-net.safetensors");
        File.Move(file, Path.Combine(checkpoint.Folder, "other.safetensors"));
        File.CreateSymbolicLink(file, target);
        Assert.Contains(file, Assert.Throws<DamagedFileException>(() => CheckpointFolder.Read(checkpoint.Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_without_end_is_no_model()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "There is none here.");
        Assert.Throws<DamagedFileException>(() => HashEncoder.Load("/dev/zero"));
        Assert.Throws<DamagedFileException>(() => RetrievalSplit.Load("/dev/zero"));
    }

    private static void Refused(string path, Action<ReadingLimits> read, params ReadingLimits[] limits) => Assert.All(limits, each =>
        Assert.Contains(path, Assert.Throws<DamagedFileException>(() => read(each)).Message, StringComparison.Ordinal));

    private string Sample(string reader)
    {
        using FileTarget target = AllTargets.Named(reader);
        string path = Path.Combine(_folder.FullName, reader + target.Ending);
        File.WriteAllBytes(path, target.Samples[0]);
        return path;
    }
}
