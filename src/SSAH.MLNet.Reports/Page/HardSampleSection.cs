using System.Globalization;
using System.Text;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Page;

/// <summary>Images with their hard samples of each stage beside them, a row an image.</summary>
internal static class HardSampleSection
{
    public static void Append(StringBuilder html, IReadOnlyList<HardSampleStage> stages)
    {
        int images = stages[0].Samples.Count;
        if (stages.Any(stage => stage.Samples.Count != images))
            throw new ArgumentException("The stages are not all of the same images: show those of one training.", nameof(stages));
        html.Append($"""
            <section class="hard-samples">
            <h2>Hard samples beside their images</h2>
            <p>{(stages[0].IsStoredView
                ? "What the classifier learned from beside each image. The network is frozen, so that these views are made once and kept."
                : "What the hash network had to give the code of the image at left, as the training went on. The same chance is drawn at every stage, so that "
                    + "only what changed is seen.")}</p>
            <div class="scroll"><table class="stages"><thead><tr><th scope="col">image</th>
            """);
        foreach (HardSampleStage stage in stages)
            html.Append($"<th scope=\"col\">{Text(stage.Name)}<small>{Text(RemarkOf(stage))}</small></th>");
        html.Append("</tr></thead>\n<tbody>\n");
        for (int image = 0; image < images; image++)
            AppendImage(html, stages, image);
        html.Append("</tbody>\n</table></div>\n</section>\n");
    }

    private static void AppendImage(StringBuilder html, IReadOnlyList<HardSampleStage> stages, int image)
    {
        HardSample first = stages[0].Samples[image];
        html.Append($"<tr><th scope=\"row\">{Image(stages[0], first.Image, first.Label, "image")}<small>{Text(first.Label)}</small></th>");
        foreach (HardSampleStage stage in stages)
        {
            HardSample sample = stage.Samples[image];
            html.Append($"<td>{Image(stage, sample.Changed, sample.Label, "hard sample")}<small>{Text(ChangesOf(sample))}</small></td>");
        }
        html.Append("</tr>\n");
    }

    private static string RemarkOf(HardSampleStage stage) => stage.IsStoredView ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Round(stage.Progress * 100)} % done, difficulty {stage.Level:0.00}");

    private static string ChangesOf(HardSample sample)
    {
        string[] parts =
        [
            .. sample.AngleDegrees >= 0.5 ? [Number(Math.Round(sample.AngleDegrees)) + "\u00B0"] : (string[])[],
            .. sample.OccludedArea >= 0.005 ? [Number(Math.Round(sample.OccludedArea * 100)) + " % covered"] : (string[])[],
        ];
        return parts.Length == 0 ? "\u00A0" : string.Join(", ", parts);
    }

    private static string Image(HardSampleStage stage, ReadOnlyMemory<byte> rgb, string label, string role)
    {
        var image = new ReportImage(stage.Width, stage.Height, rgb) { Label = label };
        return $"""<img{(Thumbnail.IsTiny(image) ? " class=\"tiny\"" : "")} src="{Thumbnail.DataUri(image)}" alt="{role}: {Text(label)}">""";
    }
}
