using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Robustness;

namespace SSAH.MLNet;

public sealed partial class QueryView
{
    private static readonly double[] s_angles = [.. Enumerable.Range(0, 9).Select(i => -30 + 7.5 * i)];
    private static readonly double[] s_thirds = [0, 0.5, 1];

    /// <summary>
    /// 32 views in seven families: nine angles from -30 to 30 degrees; nine gray squares of 3/8 of the side on a 3 x 3 raster; scale 0.7, 0.85 and
    /// 1.2; the middle 0.9 and 0.8; brightness times 0.6, 0.8, 1.25 and 1.5; blur of 1 and 2 of 64 pixels; JPEG of quality 50, 25 and 10.
    /// </summary>
    public static IReadOnlyList<QueryView> Default { get; } = OfFamilies(
        QueryViewFamily.Rotation, QueryViewFamily.Occlusion, QueryViewFamily.Scale, QueryViewFamily.Crop, QueryViewFamily.Brightness,
        QueryViewFamily.Blur, QueryViewFamily.Jpeg);

    /// <summary>81 views: each of the nine angles with each of the nine squares, which are laid on after the turn.</summary>
    public static IReadOnlyList<QueryView> RotationsWithOcclusions { get; } = OfFamilies(QueryViewFamily.RotationAndOcclusion);

    /// <summary>The default views of some families, in the order given.</summary>
    /// <param name="families">The families.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such family.</exception>
    public static IReadOnlyList<QueryView> OfFamilies(params ReadOnlySpan<QueryViewFamily> families)
    {
        var views = new List<QueryView>();
        foreach (QueryViewFamily family in families)
            views.AddRange(OfFamily(family));
        return views.AsReadOnly();
    }

    private static IEnumerable<QueryView> OfFamily(QueryViewFamily family) => family switch
    {
        QueryViewFamily.Rotation => s_angles.Select(Rotated),
        QueryViewFamily.Occlusion => s_thirds.SelectMany(top => s_thirds.Select(left => Occluded(left, top))),
        QueryViewFamily.Scale => [Scaled(0.7), Scaled(0.85), Scaled(1.2)],
        QueryViewFamily.Crop => [Cropped(0.9), Cropped(0.8)],
        QueryViewFamily.Brightness => [Brightened(0.6), Brightened(0.8), Brightened(1.25), Brightened(1.5)],
        QueryViewFamily.Blur => [Blurred(1), Blurred(2)],
        QueryViewFamily.Jpeg => [Recompressed(50), Recompressed(25), Recompressed(10)],
        QueryViewFamily.RotationAndOcclusion =>
            OfFamily(QueryViewFamily.Rotation).SelectMany(turned => OfFamily(QueryViewFamily.Occlusion).Select(covered => new QueryView(
                family, $"{turned.Name}, {covered.Name}", new TransformChain(turned.Transform, covered.Transform)))),
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "There is no such family of views."),
    };
}
