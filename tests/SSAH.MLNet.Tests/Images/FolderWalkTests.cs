using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;
using SkiaSharp;
using SSAH.MLNet.Tests.Encoder;

namespace SSAH.MLNet.Tests.Images;

/// <summary>Folders as cameras, file servers, notebooks and archives leave them.</summary>
public sealed class FolderWalkTests : IDisposable
{
    private static readonly byte[] s_image = DrawnFiles.Draw(SKEncodedImageFormat.Jpeg, 16, 16, (_, _) => SKColors.Red);

    private readonly MLContext _context = new(seed: 3);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-walk-");
    private readonly List<string> _log = [];

    public FolderWalkTests() => _context.Log += (_, entry) => _log.Add(entry.Message);

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(".ipynb_checkpoints/0-checkpoint.jpg")]
    [InlineData("cat/.ipynb_checkpoints/0-checkpoint.jpg")]
    [InlineData("cat/@eaDir/0.jpg/SYNOPHOTO_THUMB_M.jpg")]
    [InlineData("cat/#recycle/9.jpg")]
    [InlineData("__MACOSX/cat/._0.jpg")]
    [InlineData("cat/._0.jpg")]
    [InlineData(".git/objects/1.jpg")]
    [InlineData("$RECYCLE.BIN/1.jpg")]
    [InlineData("cat/thumbs.db")]
    [InlineData("cat/desktop.ini")]
    [InlineData(".DS_Store")]
    public void Hidden_entries_and_those_of_tools_are_passed_over(string entry)
    {
        WriteCatsAndDogs();
        Write(entry, [0, 5, 22, 7]);
        ImageFiles rows = Load();
        AssertCatsAndDogs(rows);
        Assert.Empty(rows.PassedOver);
        Assert.DoesNotContain(_log, line => line.Contains("Warning", StringComparison.Ordinal));
        Assert.Equal(4, CodeRows.Read<byte>(rows, "Pixels").Length);
    }

    [Fact]
    public void A_hidden_folder_that_is_asked_for_is_read()
    {
        Write(".photos/cat/0.jpg", s_image);
        Assert.Equal(1, _context.Data.LoadImageFolder(At(".photos"), 8, 8).FileCount);
    }

    [Theory]
    [InlineData("cat/up", "..")]
    [InlineData("cat/up", "..", "dog/up", "..")]
    [InlineData("cat/self", "self")]
    [InlineData("cat/one", "../dog/two", "dog/two", "../cat/one")]
    [InlineData("cat/again", "../dog", "again", "cat")]
    [InlineData("above", "../..")]
    public void Each_real_folder_is_visited_once_and_links_in_a_loop_end(params string[] links)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        string top = Path.Combine(_folder.FullName, "outer", "images");
        foreach (string name in new[] { "cat/0.jpg", "cat/1.jpg", "dog/0.jpg", "dog/1.jpg" })
            Write("outer/images/" + name, s_image);
        for (int i = 0; i < links.Length; i += 2)
            Directory.CreateSymbolicLink(Path.Combine(top, links[i]), links[i + 1]);
        ImageFiles rows = _context.Data.LoadImageFolder(top, 8, 8);
        AssertCatsAndDogs(rows);
    }

    [Fact]
    public void Links_to_folders_elsewhere_are_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        Write("elsewhere/1.jpg", s_image);
        Write("images/dog/0.jpg", s_image);
        Directory.CreateSymbolicLink(At("images/cat"), At("elsewhere"));
        Directory.CreateSymbolicLink(At("link"), At("images"));
        Assert.Equal(["cat", "dog"], _context.Data.LoadImageFolder(At("link"), 8, 8).GetColumn<string>("Label"));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_denied_folder_is_an_error_that_names_it_or_is_skipped_and_reported()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test takes its own rights away by a call of Linux.");
        WriteCatsAndDogs();
        Write("zoo/0.jpg", s_image);
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(At("zoo"), 0);
        string? message = null;
        ImageFiles? rows = null;
        AsOrdinaryUser(() =>
        {
            message = Assert.Throws<UnauthorizedAccessException>(() => Load()).Message;
            rows = Load(new ImageFilesOptions { OnBadImage = BadImagePolicy.Skip });
        });
        File.SetUnixFileMode(At("zoo"), (UnixFileMode)0b111_101_101);
        Assert.Contains(At("zoo"), message, StringComparison.Ordinal);
        Assert.Contains("Skip", message, StringComparison.Ordinal);
        AssertCatsAndDogs(rows!);
        Assert.Equal(At("zoo"), Assert.Single(rows!.Skipped).Path);
        Assert.Contains(_log, line => line.Contains(At("zoo"), StringComparison.Ordinal));
    }

    [Fact]
    public void The_class_is_found_above_folders_of_one_name()
    {
        foreach (string name in new[] { "cat/images/a.jpg", "cat/images/b.jpg", "dog/images/a.jpg", "dog/images/b.jpg" })
            Write(name, s_image);
        AssertCatsAndDogs(Load());
        Assert.Contains(_log, line => line.Contains("'images'", StringComparison.Ordinal) && line.Contains("ClassLevel", StringComparison.Ordinal));
        Assert.Equal("images", Load(new ImageFilesOptions { ClassLevel = 2 }).GetColumn<string>("Label").First());
        AssertCatsAndDogs(Load(new ImageFilesOptions { ClassLevel = 1 }));
    }

    [Fact]
    public void A_level_names_the_class_at_any_depth()
    {
        foreach (string name in new[] { "train/cat/front/1.jpg", "train/cat/2.jpg", "train/dog/side/far/3.jpg", "train/4.jpg", "5.jpg" })
            Write(name, s_image);
        Assert.Equal(["", "", "cat", "cat", "dog"], Load(new ImageFilesOptions { ClassLevel = 2 }).GetColumn<string>("Label"));
        Assert.Equal(["", "train", "cat", "front", "far"], Load().GetColumn<string>("Label"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageFilesOptions { ClassLevel = 0 });
    }

    [Fact]
    public void One_class_stays_one_class()
    {
        Write("cat/images/a.jpg", s_image);
        Write("cat/images/b.jpg", s_image);
        Assert.Equal(["images", "images"], Load().GetColumn<string>("Label"));
    }

    [Fact]
    public void Every_ending_that_can_be_read_is_read_and_the_others_are_counted_and_said()
    {
        string[] read = [".jpg", ".JPG", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp"];
        foreach (string ending in read)
            Write($"cat/{ending[1..]}{ending}", s_image);
        foreach (string name in new[] { "fish/0.tif", "fish/1.TIF", "cat/notes.txt", "cat/LICENSE" })
            Write(name, [1]);
        ImageFiles rows = Load();
        Assert.Equal(read.Length, CodeRows.Read<byte>(rows, "Pixels").Length);
        Assert.Equal(new Dictionary<string, int> { [""] = 1, [".tif"] = 2, [".txt"] = 1 }, rows.PassedOver);
        string said = Assert.Single(_log, line => line.Contains("2 .tif", StringComparison.Ordinal));
        Assert.Contains("fish", said, StringComparison.Ordinal);
        File.Delete(At("cat/jpg.jpg"));
        Directory.Move(At("fish"), At("only"));
        Assert.Contains("2 .tif", Assert.Throws<InvalidDataException>(() => _context.Data.LoadImageFolder(At("only"), 8, 8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_not_utf8_is_said_to_be_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has names of any bytes.");
        Write("a/0.jpg", s_image);
        Write("a/1.jpg", s_image);
        byte[] latin1 = [.. Encoding.UTF8.GetBytes(At("a/caf")), 0xE9, .. ".jpg\0"u8];
        Assert.Equal(0, Rename([.. Encoding.UTF8.GetBytes(At("a/1.jpg")), 0], latin1));
        string message = Assert.Throws<DamagedFileException>(() => CodeRows.Read<byte>(Load(), "Pixels")).Message;
        Assert.Contains("not UTF-8", message, StringComparison.Ordinal);
        Assert.Contains("rename the file", message, StringComparison.Ordinal);
        ImageFiles rows = Load(new ImageFilesOptions { OnBadImage = BadImagePolicy.Skip });
        Assert.Single(CodeRows.Read<byte>(rows, "Pixels"));
        Assert.Contains("not UTF-8", Assert.Single(rows.Skipped).Reason, StringComparison.Ordinal);
        // .NET cannot delete it either.
        Assert.Equal(0, Rename(latin1, [.. Encoding.UTF8.GetBytes(At("a/1.jpg")), 0]));
    }

    [Fact]
    public void Relative_paths_are_settled_when_the_folder_is_opened()
    {
        WriteCatsAndDogs();
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, _folder.FullName);
        Assert.All(_context.Data.LoadImageFolder(relative, 8, 8).GetColumn<string>("ImagePath"),
            path => Assert.StartsWith(_folder.FullName, path, StringComparison.Ordinal));
        Assert.Equal(At("cat/0.jpg"), _context.Data.LoadImageFiles([Path.Combine(relative, "cat/0.jpg")], 8, 8).GetColumn<string>("ImagePath").Single());
    }

    [Fact]
    public void Folders_that_are_files_say_what_reads_them()
    {
        Write("a.zip", s_image);
        Assert.Contains("LoadImageArchive", Assert.Throws<DirectoryNotFoundException>(() => _context.Data.LoadImageFolder(At("a.zip"), 8, 8)).Message,
            StringComparison.Ordinal);
    }

    private static void AssertCatsAndDogs(ImageFiles rows) => Assert.Equal(["cat", "cat", "dog", "dog"], rows.GetColumn<string>("Label"));

    // For the super-user nothing is denied: the thread acts on files as somebody else.
    private static void AsOrdinaryUser(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            if (Environment.IsPrivilegedProcess)
                _ = SetFileSystemUser(65534);
            try
            {
                action();
            }
            catch (Exception error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileSystemUser(uint user);

    [DllImport("libc", EntryPoint = "rename")]
    private static extern int Rename(byte[] from, byte[] to);

    private ImageFiles Load(ImageFilesOptions? options = null) => _context.Data.LoadImageFolder(_folder.FullName, 8, 8, options);

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private void WriteCatsAndDogs()
    {
        foreach (string name in new[] { "cat/0.jpg", "cat/1.jpg", "dog/0.jpg", "dog/1.jpg" })
            Write(name, s_image);
    }

    private void Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllBytes(At(name), bytes);
    }
}
