using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.BenchmarkData;

namespace SSAH.MLNet.Samples.Tests.BenchmarkData;

public class ImageSetDataViewTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    [Fact]
    public void View_shows_pixels_labels_names_and_row_numbers()
    {
        var images = DrawnImages.Create(perClass: 2, side: 8);
        int[] indices = [7, 0, 3];
        var view = images.ToDataView(_mlContext, indices, index => index != 0);

        var pixels = Assert.IsType<VectorDataViewType>(view.Schema["Pixels"].Type);
        Assert.Equal([8, 8, 3], pixels.Dimensions.ToArray());
        Assert.Equal(10ul, Assert.IsType<KeyDataViewType>(view.Schema["Label"].Type).Count);
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema["Label"].GetKeyValues(ref names);
        Assert.Equal(images.ClassNames, names.DenseValues().Select(name => name.ToString()));

        // Two passes: the view can be read again.
        for (var pass = 0; pass < 2; pass++)
        {
            Assert.Equal([8u, 0u, 4u], Read<uint>(view, "Label"));
            Assert.Equal([7, 0, 3], Read<int>(view, "Row"));
            var rows = Read<VBuffer<byte>>(view, "Pixels");
            for (var i = 0; i < indices.Length; i++)
                Assert.Equal(images.PixelsOf(indices[i]), rows[i].GetValues());
        }
    }

    [Fact]
    public void Images_with_several_labels_show_a_vector_of_keys()
    {
        var images = new ImageSet("two", "test", 1, 1, new byte[9], [[0, 2], [], [1]], ["a", "b", "c"]);
        var labels = Read<VBuffer<uint>>(images.ToDataView(_mlContext), "Label");
        Assert.Equal([1u, 3u], labels[0].DenseValues());
        Assert.Empty(labels[1].DenseValues());
        Assert.Equal([2u], labels[2].DenseValues());
    }

    [Fact]
    public void Set_refuses_what_does_not_fit()
    {
        Assert.Throws<ArgumentException>(() => new ImageSet("x", "x", 2, 2, new byte[11], [[0]], ["a"]));
        Assert.Throws<ArgumentException>(() => new ImageSet("x", "x", 2, 2, new byte[12], [[1]], ["a"]));
        Assert.Throws<ArgumentException>(() => new ImageSet("x", "x", 2, 2, new byte[12], [[0]], ["a"], new ImagePart[2]));
    }

    private static List<T> Read<T>(IDataView view, string column)
    {
        var values = new List<T>();
        using var cursor = view.GetRowCursor([view.Schema[column]]);
        var getter = cursor.GetGetter<T>(view.Schema[column]);
        while (cursor.MoveNext())
        {
            T value = default!;
            getter(ref value);
            values.Add(value);
        }

        return values;
    }
}
