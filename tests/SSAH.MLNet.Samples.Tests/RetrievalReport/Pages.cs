using SSAH.MLNet.Samples.RetrievalReport;

namespace SSAH.MLNet.Samples.Tests.RetrievalReport;

/// <summary>A small page with every part.</summary>
internal static class Pages
{
    public static Image Plain(byte value, int side = 2) => new(side, side, Enumerable.Repeat(value, side * side * 3).ToArray());

    public static RetrievalPage Full(string name = "cat") => new()
    {
        Title = $"Report {name}",
        Summary = $"Summary {name}",
        Facts = [new Fact($"fact {name}", $"value {name}")],
        Tiles = [new Tile($"tile {name}", $"shown {name}", $"remark {name}")],
        Gallery =
        [
            new GalleryQuery(Plain(1), $"asked {name}", 
                [new GalleryHit(Plain(2), $"found {name}", 3, true), new GalleryHit(Plain(3), $"lost {name}", 7, false)]),
            new GalleryQuery(Plain(4), "second", [new GalleryHit(Plain(5), "third", 0, true)]),
        ],
        GalleryRemark = $"chosen {name}",
        Runs =
        [
            new ComparedRun
            {
                Name = $"run {name}", Remark = $"about {name}", MeanAveragePrecision = 0.5, Pessimistic = 0.4, Optimistic = 0.6, StableOrder = 0.45,
                PrecisionAtK = 0.7, Accuracy = 0.8, Time = TimeSpan.FromSeconds(75),
            },
            new ComparedRun { Name = "bare", MeanAveragePrecision = 0.3, Pessimistic = 0.3, Optimistic = 0.3 },
        ],
        Charts =
        [
            new ChartGroup($"group {name}", $"intro {name}",
            [
                new CurveChart($"curves {name}", $"x {name}", $"y {name}",
                    [new Curve($"a {name}", [(1, 2), (2, 3)]), new Curve("b", [(1, 5)]), new Curve("c", [])]),
                new DistanceChart($"distances {name}", [5, 2, 0], [1, 1, 9]),
                new BitBalanceChart($"bits {name}", [0, 0.5, 1]),
            ]),
        ],
        Conventions = [$"convention {name}"],
    };
}
