using SSAH.MLNet.Tests;

namespace SSAH.MLNet.Samples.Tests.OtherSystems;

/// <summary>
/// The libraries in processes of other cultures: training, log, model, codes, evaluation, page, index, split, label table, copies and collection are
/// those of the invariant culture to the byte, and what one culture saved another one loads. Turkish cases letters in its own way, Persian writes
/// fractions, minus signs and years in its own, German the comma.
/// </summary>
public sealed class CultureTests(CultureTests.InvariantRun invariant) : IClassFixture<CultureTests.InvariantRun>
{
    [Theory]
    [InlineData("tr_TR.UTF-8", false, "tr-TR 1,5 ıI")]
    [InlineData("fa_IR.UTF-8", false, "fa-IR 1٫5 iI")]
    [InlineData("de_DE.UTF-8", false, "de-DE 1,5 iI")]
    [InlineData("tr_TR.UTF-8", true, " 1.5 iı")]
    public async Task Everything_is_written_and_read_as_under_the_invariant_culture(string locale, bool isInvariant, string signs)
    {
        using var folder = new TempFolder();
        InvariantRun.Prepare(folder);
        Directory.CreateDirectory(folder.At("saved"));
        foreach (string file in Directory.EnumerateFiles(invariant.Folder.At("saved")))
            File.Copy(file, folder.At("saved", Path.GetFileName(file)));
        await InvariantRun.Write(folder, locale, isInvariant);
        Assert.Equal(signs, await File.ReadAllTextAsync(folder.At("culture.txt"), TestContext.Current.CancellationToken));
        SortedDictionary<string, string> files = CultureChild.FilesOf(folder.At("written"));
        Assert.Equal(invariant.Files.Keys, files.Keys);
        Assert.All(invariant.Files, file => Assert.Equal(file.Value, files[file.Key]));
    }

    /// <summary>What the others are compared with.</summary>
    public sealed class InvariantRun : IAsyncLifetime
    {
        internal TempFolder Folder { get; } = new();

        internal SortedDictionary<string, string> Files { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            Prepare(Folder);
            await Write(Folder, "C", isInvariant: true);
            Files = CultureChild.FilesOf(Folder.At("written"));
            Assert.InRange(Files.Count, 9, 100);
        }

        internal static Task Write(TempFolder folder, string locale, bool isInvariant) => CultureChild.Run(typeof(CultureProbe).Assembly.Location,
            $"{typeof(CultureProbe).FullName}.{nameof(CultureProbe.Write_everything)}", locale, isInvariant, folder.Path);

        // Names whose order, case and bytes cultures see differently; endings in capitals; lines of a table that end as on Windows.
        internal static void Prepare(TempFolder folder)
        {
            DrawnFolder.Write(folder.At("images"), perClass: 4, labeledShare: 0.5);
            string[] names = ["Iİıi", "ISI", "ısı", "Straße", "Strasse", "œuvre", "تهران", "co-op", "coop"];
            foreach ((string shape, string name) in DrawnFolder.Classes.Zip(names))
                Directory.Move(folder.At("images", shape), folder.At("images", name));
            foreach (string file in Directory.GetFiles(folder.At("images", "Iİıi")))
                File.Move(file, Path.ChangeExtension(file, ".PNG"));
            File.Copy(folder.At("images", "co-op", "0000.png"), folder.At("images", "coop", "a copy.png"));
            IEnumerable<string> rows = Directory.EnumerateFiles(folder.At("images"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select((file, i) => $"\"{Path.GetRelativePath(folder.Path, file).Replace('\\', '/')}\",\"{names[i % names.Length]};1,5\"\r\n");
            File.WriteAllText(folder.At("labels.csv"), "Path,Labels\r\n" + string.Concat(rows));
        }

        public ValueTask DisposeAsync()
        {
            Folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
