using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Data;

namespace SSAH.MLNet.Training.Frozen;

/// <summary>Shows the stored views of a few images, from which a frozen network's classifier learns.</summary>
/// <param name="pixels">Column of the images.</param>
/// <param name="views">The views.</param>
/// <param name="labels">Labels of the rows.</param>
internal sealed class ShownViews(PixelColumn pixels, HardViews views, LabelSets labels)
{
    /// <summary>A stage for each view. The images are read again, as far as the last of them; rows that do not come a second time are left out.</summary>
    public IEnumerable<HardSampleStage> Of(IDataView data)
    {
        int[] rows = ShownRows.Choose(Enumerable.Range(0, labels.Count).Where(labels.IsLabeled), labels);
        Dictionary<int, byte[]> images = Read(data, rows);
        for (int view = 0; view < views.Count; view++)
        {
            int shown = view;
            HardSample[] samples = [.. rows.Where(images.ContainsKey).Select(row => Sample(images[row], shown, ShownRows.LabelOf(labels, row)))];
            bool isMirrorImage = view == 0 && views.BeginsWithMirrorImage;
            yield return new HardSampleStage
            {
                Name = isMirrorImage ? "mirror image" : FormattableString.Invariant($"hard sample {(views.BeginsWithMirrorImage ? view : view + 1)}"),
                IsStoredView = true, Step = 0, Progress = 0, Level = views.Draw(0, view).Level, Width = pixels.Width, Height = pixels.Height, Samples = samples,
            };
        }
    }

    private Dictionary<int, byte[]> Read(IDataView data, int[] rows)
    {
        var images = new Dictionary<int, byte[]>();
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema[pixels.Index]]);
        PixelReader reader = pixels.CreateReader(cursor);
        for (int row = 0; images.Count < rows.Length && cursor.MoveNext(); row++)
        {
            if (!rows.Contains(row))
                continue;
            images[row] = new byte[pixels.Shape.Size];
            reader.Read(images[row]);
        }
        return images;
    }

    private HardSample Sample(byte[] image, int view, string label)
    {
        UInt128 key = views.KeyOf(FeatureCache.KeyOf(image), view);
        float[] planes = [.. image.Select(value => (float)value)], changed = new float[planes.Length];
        views.Write(planes, pixels.Shape, key, view, changed);
        HardView drawn = views.Draw(key, view);
        // The square's side is a share of the shorter side.
        double shorter = Math.Min(pixels.Width, pixels.Height), area = drawn.Area * shorter * shorter / ((double)pixels.Width * pixels.Height);
        byte[] bytes = [.. changed.Select(value => (byte)Math.Clamp(Math.Round(value), 0, 255))];
        return new HardSample(InterleavedRgb.Of(image, pixels.Shape), InterleavedRgb.Of(bytes, pixels.Shape), label, area, Math.Abs(drawn.Degrees));
    }
}
