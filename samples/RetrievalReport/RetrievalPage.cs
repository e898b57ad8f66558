namespace SSAH.MLNet.Samples.RetrievalReport;

/// <summary>Everything that a report page shows, as plain data: the page knows nothing of trainers and evaluators.</summary>
public sealed record RetrievalPage
{
    /// <summary>Heading of the page.</summary>
    public required string Title { get; init; }

    /// <summary>One sentence with the result, in plain words.</summary>
    public required string Summary { get; init; }

    /// <summary>How the figures came about: data, protocol, seed, bits, time, machine.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];

    /// <summary>The headline figures.</summary>
    public IReadOnlyList<Tile> Tiles { get; init; } = [];

    /// <summary>Queries with their nearest images.</summary>
    public IReadOnlyList<GalleryQuery> Gallery { get; init; } = [];

    /// <summary>A sentence above the queries, such as how they were chosen.</summary>
    public string GalleryRemark { get; init; } = "";

    /// <summary>The runs that are compared, best first or in any order that tells the story.</summary>
    public IReadOnlyList<ComparedRun> Runs { get; init; } = [];

    /// <summary>The k of precision@k in <see cref="Runs"/>.</summary>
    public int PrecisionAt { get; init; } = 100;

    /// <summary>Charts, in groups under a heading.</summary>
    public IReadOnlyList<ChartGroup> Charts { get; init; } = [];

    /// <summary>The conventions of the figures, a sentence each.</summary>
    public IReadOnlyList<string> Conventions { get; init; } = [];
}

/// <summary>A name and its value, both shown as text.</summary>
public sealed record Fact(string Name, string Value);

/// <summary>A headline figure: what it is, its value as text, and a short remark.</summary>
public sealed record Tile(string Name, string Value, string Remark = "");

/// <summary>An image of RGB bytes, height x width x 3.</summary>
public sealed record Image(int Width, int Height, ReadOnlyMemory<byte> Rgb);

/// <summary>A query image and its nearest images, nearest first.</summary>
public sealed record GalleryQuery(Image Image, string Label, IReadOnlyList<GalleryHit> Nearest);

/// <summary>One found image: its label, its Hamming distance, and whether it is relevant to the query.</summary>
public sealed record GalleryHit(Image Image, string Label, int Distance, bool IsRelevant);

/// <summary>The figures of one run, each between 0 and 1; null where a figure was not measured.</summary>
public sealed record ComparedRun
{
    /// <summary>Name of the run.</summary>
    public required string Name { get; init; }

    /// <summary>A few words on what it does.</summary>
    public string Remark { get; init; } = "";

    /// <summary>Mean average precision, averaged over the orders of equal distances.</summary>
    public required double MeanAveragePrecision { get; init; }

    /// <summary>The same with ties broken worst-first.</summary>
    public required double Pessimistic { get; init; }

    /// <summary>The same with ties broken best-first.</summary>
    public required double Optimistic { get; init; }

    /// <summary>The same in row order.</summary>
    public double? StableOrder { get; init; }

    /// <summary>Precision among the nearest k.</summary>
    public double? PrecisionAtK { get; init; }

    /// <summary>Share of queries whose nearest images vote for the right class.</summary>
    public double? Accuracy { get; init; }

    /// <summary>How long the training took.</summary>
    public TimeSpan? Time { get; init; }
}

/// <summary>Charts under one heading.</summary>
public sealed record ChartGroup(string Title, string Introduction, IReadOnlyList<Chart> Charts);

/// <summary>A chart with its caption.</summary>
public abstract record Chart(string Title)
{
    /// <summary>One sentence that says how to read it.</summary>
    public string Remark { get; init; } = "";
}

/// <summary>Lines over a common axis.</summary>
public sealed record CurveChart(string Title, string XName, string YName, IReadOnlyList<Curve> Curves) : Chart(Title)
{
    /// <summary>Fixed range of the vertical axis; null to fit it to the data, from 0 where nothing is negative.</summary>
    public (double Low, double High)? YRange { get; init; }

    /// <summary>Fixed range of the horizontal axis; null to fit it to the data.</summary>
    public (double Low, double High)? XRange { get; init; }

    /// <summary>True where only whole numbers make sense on the horizontal axis.</summary>
    public bool WholeX { get; init; }
}

/// <summary>A named line.</summary>
public sealed record Curve(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Pairs of images by Hamming distance, 0 to the number of bits: pairs of one class, and of different classes.</summary>
public sealed record DistanceChart(string Title, IReadOnlyList<long> Relevant, IReadOnlyList<long> Other) : Chart(Title);

/// <summary>The share of ones of each bit.</summary>
public sealed record BitBalanceChart(string Title, IReadOnlyList<double> Means) : Chart(Title);
