using System.Globalization;
using SSAH.MLNet;
using SSAH.MLNet.Collections;

// usage: SSAH.MLNet.CollectionProbe CULTURE sync COLLECTION FOLDER | add COLLECTION FOLDER | switch COLLECTION MODEL.onnx | watch COLLECTION COUNT
// Prints a line for each step that is committed, and "end" at the end.
CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(args[0]);
using var collection = ImageCollection.Open(args[2]);
switch (args[1])
{
    case "sync":
        Say(collection.Sync(args[3], progress: new Line(), options: new SyncOptions { LabelByFolder = true }).ToString());
        break;
    case "add":
        foreach (string file in Directory.EnumerateFiles(args[3], "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            collection.Add(file);
            collection.Relabel([collection.Get(file)!.Id], "added");
            Say(file);
        }
        break;
    case "switch":
        using (var encoder = new HashEncoder(File.ReadAllBytes(args[3])))
            Say(collection.SwitchModel(encoder, new Line()).ToString());
        break;
    case "watch":
        for (int count = -1; count < int.Parse(args[3], CultureInfo.InvariantCulture);)
        {
            if (collection.Count != count)
                Say($"{count = collection.Count}");
            if (collection.Images.FirstOrDefault() is { } image && collection.Search(image.Code.Span, 1)[0].Distance != 0)
                throw new InvalidOperationException("An image does not find itself.");
        }
        break;
}
Say("end");

static void Say(string line)
{
    Console.WriteLine(line);
    Console.Out.Flush();
}

/// <summary>Prints how far it is.</summary>
internal sealed class Line : IProgress<CollectionProgress>
{
    public void Report(CollectionProgress value)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Stage} {value.Done}/{value.Total}"));
        Console.Out.Flush();
    }
}
