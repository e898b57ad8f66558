namespace SSAH.MLNet.Tests.Columns;

public sealed class PixelRangeTests
{
    [Theory]
    [InlineData(1 / 255f, 0f, "from 0 to 1", "scaleImage")]
    [InlineData(1 / 127.5f, -1f, "from -1 to 1", "offsetImage")]
    [InlineData(1f, -117f, "from -117 to 138", "offsetImage")]
    [InlineData(257f, 0f, "to 6.554E+04", "scale the values")]
    public void Values_that_are_not_0_to_255_are_told_with_the_remedy(float scale, float offset, string range, string remedy)
    {
        var watched = new PixelRange();
        watched.Add([.. Enumerable.Range(0, 256).Select(value => value * scale + offset)]);
        string complaint = watched.Complaint("Column 'Pixels'")!;
        Assert.StartsWith("Column 'Pixels' has values", complaint, StringComparison.Ordinal);
        Assert.Contains(range, complaint, StringComparison.Ordinal);
        Assert.Contains(remedy, complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void Ordinary_black_and_nearly_black_images_are_no_complaint()
    {
        var watched = new PixelRange();
        Assert.Null(watched.Complaint("x"));
        watched.Add([0, 0, 0]);
        Assert.Null(watched.Complaint("x"));
        watched.Add([0, 1, 0]);
        Assert.Null(watched.Complaint("x"));
        watched.Add([0, 128.5f, 255]);
        Assert.Null(watched.Complaint("x"));
    }

    [Fact]
    public void Many_images_of_zeros_and_ones_are_scaled_drawings()
    {
        var watched = new PixelRange();
        for (int image = 0; image < 16; image++)
        {
            Assert.Null(watched.Complaint("x"));
            watched.Add([0, 1, 1, 0]);
        }
        Assert.NotNull(watched.Complaint("x"));
    }
}
