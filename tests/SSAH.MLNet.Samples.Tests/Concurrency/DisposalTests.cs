using System.Collections.Concurrent;
using System.Reflection;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Postgres;
using SSAH.MLNet.Samples.Tests.OtherSystems;
using SSAH.MLNet.VectorData;

namespace SSAH.MLNet.Samples.Tests.Concurrency;

/// <summary>Disposed twice, used after, disposed while threads use it: each public disposable says what happens, and does it.</summary>
public sealed class DisposalTests : IDisposable
{
    private const int Threads = 6, Rounds = 15;
    private readonly TempFolder _folder = new();
    private readonly HashEncoder _encoder = HashEncoder.PerceptualHash();
    private readonly string[] _images;

    public DisposalTests()
    {
        DrawnFolder.Write(_folder.At("images"), perClass: 1);
        _images = [.. Directory.EnumerateFiles(_folder.At("images"), "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void These_are_all_that_a_user_can_dispose()
    {
        IEnumerable<Type> disposables = CultureOfTextTests.Libraries.SelectMany(library => library.Data.Assembly.GetExportedTypes())
            .Where(type => type.IsAssignableTo(typeof(IDisposable)) || type.IsAssignableTo(typeof(IAsyncDisposable)));
        // A new one needs its tests here; those of stores are among SSAH.MLNet.VectorData.Tests.
        Assert.Equal([nameof(HashEmbeddingGenerator), nameof(HashEncoder), nameof(ImageCollection), nameof(PostgresHashVectorStore),
            nameof(SqliteHashVectorStore)], disposables.Select(type => type.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_encoder_that_was_disposed_opens_again_and_gives_the_same_codes()
    {
        ulong[] before = Codes();
        _encoder.Dispose();
        _encoder.Dispose();
        Assert.Equal(before, Codes());
    }

    [Fact]
    public void An_encoder_that_is_disposed_under_running_calls_gives_the_same_codes()
    {
        ulong[] expected = Codes();
        int[] wrong = new int[Threads];
        WhileThreads(thread => wrong[thread] += Codes().SequenceEqual(expected) ? 0 : 1, () =>
        {
            for (int round = 0; round < 10 * Rounds; round++)
            {
                _encoder.Dispose();
                Thread.Sleep(1);
            }
        });
        Assert.All(wrong, count => Assert.Equal(0, count));
    }

    [Fact]
    public void A_collection_that_was_disposed_says_so_from_every_member()
    {
        ImageCollection collection = Open("closed.ssah");
        long id = collection.Images.First().Id;
        var uses = new Dictionary<string, Action[]>
        {
            ["Add"] = [() => collection.Add(_images[0]), () => collection.Add((IEnumerable<string>)_images)],
            ["Bits"] = [() => _ = collection.Bits],
            ["Count"] = [() => _ = collection.Count],
            ["Encoder"] = [() => _ = collection.Encoder],
            ["FindDuplicates"] = [() => collection.FindDuplicates()],
            ["FindGroups"] = [() => collection.FindGroups(3)],
            ["Folders"] = [() => _ = collection.Folders],
            ["Get"] = [() => collection.Get(id), () => collection.Get(_images[0])],
            ["Images"] = [() => _ = collection.Images.Count()],
            ["KeepsActivations"] = [() => _ = collection.KeepsActivations],
            ["Labels"] = [() => _ = collection.Labels],
            ["ModelId"] = [() => _ = collection.ModelId],
            ["MoveFolder"] = [() => collection.MoveFolder(_folder.At("images"), _folder.At("elsewhere"))],
            ["Page"] = [() => collection.Page(0, 1)],
            ["Relabel"] = [() => collection.Relabel([id], "label")],
            ["Remove"] = [() => collection.Remove(id), () => collection.Remove(_images[0])],
            ["Revision"] = [() => _ = collection.Revision],
            ["Search"] = [() => collection.Search(new byte[8], 1), () => collection.Search(id, 1), () => collection.Search(_images[0], 1),
                () => collection.Search(new MemoryStream(File.ReadAllBytes(_images[0])), 1), () => collection.Search(_encoder.EncodeImage(_images[0]), 1)],
            ["SearchReranked"] = [() => collection.SearchReranked(id, 1), () => collection.SearchReranked(_images[0], 1)],
            ["SwitchModel"] = [() => collection.SwitchModel(HashEncoder.PerceptualHash(bits: 256))],
            ["Sync"] = [() => collection.Sync(_folder.At("images"))],
            ["Verify"] = [() => collection.Verify()],
        };
        Assert.Equal(typeof(ImageCollection).GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(member => member is not MethodInfo { IsSpecialName: true } && member.Name is not ("Path" or "Dispose"))
            .Select(member => member.Name).Distinct().Order(StringComparer.Ordinal), uses.Keys.Order(StringComparer.Ordinal));
        collection.Dispose();
        collection.Dispose();
        Assert.All(uses, member => Assert.All(member.Value, use => Assert.Throws<ObjectDisposedException>(use)));
        // The encoder that was given is its owner's, and the file is whole without its log.
        Assert.Equal(_images.Length, Codes().Length);
        Assert.Equal([_folder.At("closed.ssah")], Directory.GetFiles(_folder.Path, "closed*"));
    }

    [Fact]
    public void A_collection_that_is_disposed_under_running_calls_ends_them_or_refuses_them()
    {
        var other = new ConcurrentQueue<Exception>();
        for (int round = 0; round < Rounds; round++)
        {
            ImageCollection collection = Open("running.ssah");
            WhileThreads(thread =>
            {
                try
                {
                    if (thread == 0)
                        collection.Relabel(collection.Images.Take(2).Select(image => image.Id), $"label {Environment.TickCount64}");
                    else if (thread == 1)
                        collection.Add(_images[0]);
                    else
                        Assert.Equal(3, collection.Search(_images[thread], 3).Count);
                }
                catch (Exception error) when (error is not ObjectDisposedException)
                {
                    other.Enqueue(error);
                }
                catch (ObjectDisposedException)
                {
                }
            }, () =>
            {
                Thread.Sleep(round);
                collection.Dispose();
                Thread.Sleep(5);
            });
            using ImageCollection again = Open("running.ssah");
            Assert.Equal(_images.Length, again.Count);
        }
        Assert.Empty(other);
    }

    private ImageCollection Open(string name)
    {
        if (File.Exists(_folder.At(name)))
            return ImageCollection.Open(_folder.At(name), _encoder);
        var made = ImageCollection.Create(_folder.At(name), _encoder);
        made.Add(_images);
        return made;
    }

    // 64 bits: a word for each image.
    private ulong[] Codes() => [.. _images.Select(image => _encoder.EncodeImage(image).Words[0])];

    private static void WhileThreads(Action<int> use, Action body)
    {
        bool isOver = false;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
                use(number);
        }))];
        Array.ForEach(threads, thread => thread.Start());
        try
        {
            body();
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            Array.ForEach(threads, thread => thread.Join());
        }
    }
}
